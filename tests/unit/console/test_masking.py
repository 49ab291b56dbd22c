"""A secret key is shown nowhere, in whatever variable it stands, and never sent as an access key."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from qfops.console.client import Client
from qfops.console.masking import HIDDEN, Mask
from qfops.core.errors import ApiError, QfopsError, UsageError
from qfops.core.settings import Credentials, Secret

from .support import ROUTE, refusal, scripted

OLD_SECRET = "00112233445566778899aabbccddeeff"
OLD_ACCESS = "ffeeddccbbaa99887766554433221100"
PUBLIC = "ALTAKexampleAccessKey001"


def said(error: QfopsError) -> str:
    return f"{error.summary} {error.detail} {error.remedy} {vars(error)}"


@pytest.mark.parametrize(
    ("access", "secret", "summary"),
    [
        (OLD_SECRET, PUBLIC, "the two keys look exchanged"),
        (PUBLIC, "ALTAKanotherAccessKey002", "TEAM_SECRET_KEY holds an access key"),
        (OLD_SECRET, OLD_SECRET, "TEAM_ACCESS_KEY and TEAM_SECRET_KEY hold the same key"),
    ],
)
def test_a_key_in_the_wrong_variable_is_refused_before_it_is_sent(
    access: str, secret: str, summary: str
) -> None:
    with pytest.raises(UsageError) as caught:
        Client("https://console.test", Credentials(access, Secret(secret)), keys="TEAM")
    assert caught.value.summary == summary
    assert "TEAM_SECRET_KEY" in caught.value.remedy
    assert OLD_SECRET not in said(caught.value)


ECHOES = [
    refusal(403, "InvalidAccessKeyId", f"no key {OLD_SECRET} here"),
    refusal(400, f"Bad{OLD_SECRET}", "x"),
    refusal(403, "SignatureDoesNotMatch", f"{OLD_SECRET} and {OLD_ACCESS}"),
    refusal(400, "X", f"{'x' * 480} {OLD_SECRET}"),
    httpx.Response(502, content=f"<html>{'x' * 50}{OLD_SECRET}</html>".encode()),
    httpx.Response(403, headers={"x-bce-error-code": "X", "x-bce-error-message": OLD_SECRET}, content=b""),
    httpx.Response(302, headers={"location": f"https://login.test/{OLD_SECRET}"}, content=b""),
    httpx.Response(200, json={"error_code": 17, "error_msg": {OLD_SECRET: OLD_SECRET}}),
    httpx.ConnectError(f"cannot reach {OLD_SECRET}"),
]


@pytest.mark.parametrize("outcome", ECHOES)
@pytest.mark.parametrize("exchanged", [True, False])
def test_what_echoes_a_key_is_masked(outcome: httpx.Response | Exception, exchanged: bool) -> None:
    """Old keys cannot be told from secrets: neither of the two is shown, nor a part that was cut off."""
    _, script, _ = scripted(outcome)
    pair = (OLD_SECRET, OLD_ACCESS) if exchanged else (OLD_ACCESS, OLD_SECRET)
    keys = Credentials(pair[0], Secret(pair[1]))

    async def scenario() -> None:
        async with Client("https://console.test", keys, transport=lambda: script, attempts=1) as client:
            await client.read(ROUTE, "DescribeFineTuningJobs", {})

    with pytest.raises(ApiError) as caught:
        asyncio.run(scenario())
    text = said(caught.value)
    for key in pair:
        assert key not in text
        assert key[:6] not in text


def test_old_keys_that_the_console_does_not_know_get_the_hint() -> None:
    _, script, _ = scripted(refusal(403, "InvalidAccessKeyId", "x"))
    keys = Credentials(OLD_SECRET, Secret(OLD_ACCESS))

    async def scenario() -> None:
        async with Client("https://console.test", keys, transport=lambda: script, attempts=1) as client:
            await client.read(ROUTE, "DescribeFineTuningJobs", {})

    with pytest.raises(ApiError) as caught:
        asyncio.run(scenario())
    assert "If the two keys look exchanged to you, exchange what QIANFAN_ACCESS_KEY" in caught.value.remedy
    assert f"the access key {HIDDEN}" in caught.value.remedy


def test_what_a_mask_hides() -> None:
    mask = Mask([OLD_SECRET, f"{OLD_SECRET}-longer", PUBLIC, "short", ""])
    assert (
        mask.of(f"a {OLD_SECRET}-longer b {OLD_SECRET} {PUBLIC} short")
        == f"a {HIDDEN} b {HIDDEN} {PUBLIC} short"
    )
    assert OLD_SECRET not in repr(mask)
