"""Our signer against the vendor's own package, for whatever requests may look like.

The package has two ways that are not the algorithm's, and the generated requests keep clear of both: it takes
the path as already encoded, and it keeps a query parameter named `authorization` that it means to leave out.
"""

from urllib.parse import quote

import pytest
from baidubce.auth import bce_v1_signer
from baidubce.auth.bce_credentials import BceCredentials
from hypothesis import given
from hypothesis import strategies as st

from qfops.console.signer import sign
from qfops.core.settings import Credentials, Secret

TEXT = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("模板 /+%~*&=?:;-_.!'()")), max_size=12
)
KEY = st.text(st.sampled_from("abcXYZ0189"), min_size=1, max_size=32)
SEGMENTS = st.lists(TEXT.map(lambda text: text.replace("/", "")), min_size=1, max_size=4)
NAMES = st.text(st.sampled_from("abcdefXYZ-019"), min_size=1, max_size=10).filter(
    lambda name: name.lower() not in ("host", "x-bce-date")
)
HEADERS = st.dictionaries(NAMES, TEXT, max_size=4)
QUERY = st.dictionaries(TEXT.filter(lambda name: name.lower() != "authorization"), TEXT, max_size=4)


def theirs(
    method: str,
    path: str,
    query: dict[str, str],
    headers: dict[str, str],
    keys: tuple[str, str],
    timestamp: int,
    expiry: int,
    signed: list[str] | None,
) -> str:
    value = bce_v1_signer.sign(
        BceCredentials(keys[0], keys[1]),
        method.encode(),
        quote(path, safe="/-_.~").encode(),
        {name.encode(): value.encode() for name, value in headers.items()},
        {name.encode(): value.encode() for name, value in query.items()},
        timestamp,
        expiry,
        None if signed is None else [name.lower().encode() for name in signed],
    )
    return str(value.decode())


def normal(authorization: str) -> tuple[str, frozenset[str], str]:
    """The value with its list of signed headers as a set: their order means nothing."""
    prefix, names, signature = authorization.rsplit("/", 2)
    return prefix, frozenset(names.split(";")), signature


@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    segments=SEGMENTS,
    query=QUERY,
    more=HEADERS,
    keys=st.tuples(KEY, KEY),
    timestamp=st.integers(1, 4_000_000_000),
    expiry=st.integers(1, 604_800),
    default_set=st.booleans(),
)
def test_same_signature_as_the_vendors_package(
    method: str,
    segments: list[str],
    query: dict[str, str],
    more: dict[str, str],
    keys: tuple[str, str],
    timestamp: int,
    expiry: int,
    default_set: bool,
) -> None:
    path = "/" + "/".join(segments)
    # Header names count without their case, and a dictionary must not hold one twice.
    headers = {**{name.lower(): value for name, value in more.items()}, "Host": "h:1", "x-bce-date": "t"}
    signed = None if default_set else list(headers)
    ours = sign(
        method=method,
        path=path,
        query=query,
        headers=headers,
        credentials=Credentials(keys[0], Secret(keys[1])),
        timestamp=timestamp,
        expiry=expiry,
        signed=signed,
    )
    assert normal(ours) == normal(theirs(method, path, query, headers, keys, timestamp, expiry, signed))


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
def test_the_packages_defect_is_not_ours(name: str) -> None:
    headers = {"host": "h", "x-bce-date": "t"}

    def package(query: dict[str, str]) -> str:
        return theirs("POST", "/v2/service", query, headers, ("ak", "sk"), 1_735_689_600, 60, list(headers))

    ours = sign(
        method="POST",
        path="/v2/service",
        query={"a": "1", name: "x"},
        headers=headers,
        credentials=Credentials("ak", Secret("sk")),
        timestamp=1_735_689_600,
        expiry=60,
        signed=list(headers),
    )
    assert normal(ours) == normal(package({"a": "1"}))
    assert normal(ours) != normal(package({"a": "1", name: "x"}))
