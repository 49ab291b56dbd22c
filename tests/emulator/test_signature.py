"""Signatures: the published vectors, and every way to be refused."""

import time

import pytest

from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY
from qfops.emulator.signature import canonical_request, parse, sign

from .speaking import Api, authorization, signed_headers

ACCESS = "ALTAKexampleAccessKey001"
SECRET = "0123456789abcdef0123456789abcdef"
DATE = {"x-bce-date": "2025-01-01T00:00:00Z"}
SDK = {"content-type": "application/json", "request-source": "qianfan_py_sdk_v0.4.12.3", **DATE}
CONSOLE = {**SDK, "host": "qianfan.baidubce.com"}
LOCAL = {"host": "127.0.0.1:8866", **DATE}

VECTORS = [
    (
        ("POST", "/wenxinworkshop/service/list", [], CONSOLE, 300),
        "41f970825af795e99018f8fbbef45f359278308184e6ad577323116abaa99d53",
    ),
    (
        ("POST", "/v2/service", [("Action", "CreateService")], CONSOLE, 300),
        "54ff1166f43c4abfbd0858440d460b79b44c9c37ab2bf4c9e74fb5a5aa7d18d6",
    ),
    (
        (
            "GET",
            "/v1/BCE-BEARER/token",
            [("expireInSeconds", "43200")],
            {"host": "iam.bj.baidubce.com", **DATE},
            1800,
        ),
        "85880786f59dee0b3fbe1307e6dcd656d59e641603c0c5ba7806e13c608c7894",
    ),
    (
        (
            "POST",
            "/v2/promptTemplates",
            [("q", "模板 a/b+c~*"), ("Action", "DescribePromptTemplates")],
            LOCAL,
            300,
        ),
        "37021d347832ad6c43a4a633368158759d85452d8ff537bf49c6707e1a11407e",
    ),
    (
        (
            "GET",
            "/wenxinworkshop/service/appList",
            [("empty", ""), ("Z", "1"), ("a", "2")],
            {**LOCAL, "content-type": "application/json"},
            300,
        ),
        "b55759177fa2e6e640011d19c01355cae8f1617bae772238abf0f8175ccf73a0",
    ),
]


@pytest.mark.parametrize(("request_parts", "signature"), VECTORS)
def test_vectors(
    request_parts: tuple[str, str, list[tuple[str, str]], dict[str, str], int], signature: str
) -> None:
    method, path, query, headers, expiry = request_parts
    prefix = f"bce-auth-v1/{ACCESS}/2025-01-01T00:00:00Z/{expiry}"
    assert sign(SECRET, prefix, method, path, query, headers) == signature
    claim = parse(f"{prefix}/{';'.join(sorted(headers, reverse=True))}/{signature}")
    assert (claim.prefix, claim.moment, claim.signature) == (prefix, 1735689600, signature)


def test_canonical_request() -> None:
    text = canonical_request("POST", "/v2/service", [("Action", "CreateService")], CONSOLE)
    assert text == (
        "POST\n/v2/service\nAction=CreateService\ncontent-type:application%2Fjson\n"
        "host:qianfan.baidubce.com\nrequest-source:qianfan_py_sdk_v0.4.12.3\n"
        "x-bce-date:2025-01-01T00%3A00%3A00Z"
    )


def refusal(api: Api, headers: dict[str, str]) -> tuple[int, str, str]:
    response = api.send("/v2/dataset", "DescribeDatasets", b"{}", headers)
    body = response.json()
    assert set(body) == {"requestId", "code", "message"}
    assert response.headers["x-bce-error-code"] == body["code"]
    return response.status_code, body["code"], response.headers["x-bce-error-message"]


def headers(
    key: tuple[str, str] = (EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY), ago: float = 0
) -> dict[str, str]:
    return signed_headers(key, "/v2/dataset", "DescribeDatasets", "console", time.time() - ago)


def test_unknown_access_key(api: Api) -> None:
    status, code, message = refusal(api, headers(("nobody", EMBEDDED_SECRET_KEY)))
    assert (status, code) == (403, "InvalidAccessKeyId")
    assert message == "NotFound, cause: Could not find credential."


def test_wrong_secret_key(api: Api) -> None:
    status, code, message = refusal(api, headers((EMBEDDED_ACCESS_KEY, "wrong")))
    assert (status, code) == (403, "SignatureDoesNotMatch")
    assert message == "SignatureDoesNotMatch, cause: Fail to authn user: Signature does not match"


def test_expired(api: Api) -> None:
    assert refusal(api, headers(ago=300 + 15 * 60 + 5))[:2] == (400, "RequestExpired")
    assert refusal(api, headers(ago=-15 * 60 - 5))[:2] == (400, "RequestExpired")
    assert api.send("/v2/dataset", "DescribeDatasets", b"{}", headers(ago=-600)).status_code == 200


def test_missing_date(api: Api) -> None:
    sent = headers()
    del sent["x-bce-date"]
    assert refusal(api, sent)[:2] == (403, "AccessDenied")
    assert "x-bce-date" in api.emulator.complaints()[0]


def test_unsigned(api: Api) -> None:
    """The gateway's own words for it, as seen on the real host."""
    sent = headers()
    del sent["Authorization"]
    response = api.send("/v2/dataset", "DescribeDatasets", b"{}", sent)
    words = {"message": "Signature is invalid: Signature is empty.", "code": "SignatureEmpty"}
    assert (response.status_code, response.json()) == (400, words)
    assert "authorization" in api.emulator.complaints()[0]


@pytest.mark.parametrize(
    "value", ["Bearer abc", "bce-auth-v1/a/b/c/d/e", "bce-auth-v1/a/2025-01-01T00:00:00Z/0/host/x"]
)
def test_malformed_header(api: Api, value: str) -> None:
    assert refusal(api, {**headers(), "Authorization": value})[:2] == (400, "InvalidHTTPAuthHeader")


def test_host_and_date_must_be_signed(api: Api) -> None:
    sent = headers()
    few = {"Host": "console"}
    key = (EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY)
    query = {"Action": "DescribeDatasets"}
    sent["Authorization"] = authorization(key, "POST", "/v2/dataset", query, few, time.time())
    assert refusal(api, sent)[:2] == (400, "InvalidHTTPAuthHeader")


def test_host_may_be_signed_without_its_port(api: Api) -> None:
    sent = headers()
    assert (
        api.send("/v2/dataset", "DescribeDatasets", b"{}", {**sent, "Host": "console:8080"}).status_code
        == 200
    )
    assert refusal(api, {**sent, "Host": "elsewhere"})[:2] == (403, "SignatureDoesNotMatch")


def test_nothing_is_recorded_of_refused_callers(api: Api) -> None:
    refusal(api, headers((EMBEDDED_ACCESS_KEY, "wrong")))
    assert api.emulator.requests() == []
