"""The five published vectors, and the rules of the algorithm that they do not reach."""

import pytest

from qfops.console.signer import canonical_request, sign
from qfops.core.settings import Credentials, Secret

CREDENTIALS = Credentials("ALTAKexampleAccessKey001", Secret("0123456789abcdef0123456789abcdef"))
MOMENT = 1_735_689_600
DATE = "2025-01-01T00:00:00Z"
SDK = {
    "Content-Type": "application/json",
    "Host": "qianfan.baidubce.com",
    "request-source": "qianfan_py_sdk_v0.4.12.3",
    "x-bce-date": DATE,
}

VECTORS = {
    "V1": (
        *("POST", "/wenxinworkshop/service/list", {}, SDK, 300),
        "content-type;host;request-source;x-bce-date",
        "41f970825af795e99018f8fbbef45f359278308184e6ad577323116abaa99d53",
    ),
    "V2": (
        *("POST", "/v2/service", {"Action": "CreateService"}, SDK, 300),
        "content-type;host;request-source;x-bce-date",
        "54ff1166f43c4abfbd0858440d460b79b44c9c37ab2bf4c9e74fb5a5aa7d18d6",
    ),
    "V3": (
        *("GET", "/v1/BCE-BEARER/token", {"expireInSeconds": "43200"}),
        *({"Host": "iam.bj.baidubce.com", "x-bce-date": DATE}, 1800),
        "host;x-bce-date",
        "85880786f59dee0b3fbe1307e6dcd656d59e641603c0c5ba7806e13c608c7894",
    ),
    "V4": (
        *("POST", "/v2/promptTemplates", {"Action": "DescribePromptTemplates", "q": "模板 a/b+c~*"}),
        *({"Host": "127.0.0.1:8866", "x-bce-date": DATE}, 300),
        "host;x-bce-date",
        "37021d347832ad6c43a4a633368158759d85452d8ff537bf49c6707e1a11407e",
    ),
    "V5": (
        *("GET", "/wenxinworkshop/service/appList", {"empty": "", "Z": "1", "a": "2"}),
        *({"Content-Type": "application/json", "Host": "127.0.0.1:8866", "x-bce-date": DATE}, 300),
        "content-type;host;x-bce-date",
        "b55759177fa2e6e640011d19c01355cae8f1617bae772238abf0f8175ccf73a0",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_published_vectors(name: str) -> None:
    method, path, query, headers, expiry, names, signature = VECTORS[name]
    value = sign(
        method=method,
        path=path,
        query=query,
        headers=headers,
        credentials=CREDENTIALS,
        timestamp=MOMENT,
        expiry=expiry,
        signed=list(headers),
    )
    assert value == f"bce-auth-v1/ALTAKexampleAccessKey001/{DATE}/{expiry}/{names}/{signature}"


def test_canonical_request_of_the_fourth_vector() -> None:
    headers = {"Host": "127.0.0.1:8866", "x-bce-date": DATE}
    query = {"q": "模板 a/b+c~*", "Action": "DescribePromptTemplates"}
    assert canonical_request("post", "/v2/promptTemplates", query, headers) == (
        "POST\n/v2/promptTemplates\n"
        "Action=DescribePromptTemplates&q=%E6%A8%A1%E6%9D%BF%20a%2Fb%2Bc~%2A\n"
        "host:127.0.0.1%3A8866\nx-bce-date:2025-01-01T00%3A00%3A00Z"
    )


def test_an_empty_path_is_the_root_and_a_path_keeps_its_slashes() -> None:
    assert canonical_request("GET", "", {}, {}) == "GET\n/\n\n"
    assert canonical_request("GET", "/a b/中~", {}, {}) == "GET\n/a%20b/%E4%B8%AD~\n\n"


def test_headers_without_a_value_and_a_query_named_authorization_are_left_out() -> None:
    request = canonical_request("GET", "/", {"AUTHORIZATION": "x", "a": ""}, {"Host": " h ", "Empty": "  "})
    assert request == "GET\n/\na=\nhost:h"


def test_only_ascii_blanks_are_trimmed() -> None:
    request = canonical_request("GET", "/", {}, {"a": " \x1f\u3000", "b": "\t\r\n"})
    assert request == "GET\n/\n\na:%1F%E3%80%80"


def _signed(headers: dict[str, str], signed: list[str] | None) -> str:
    return sign(
        method="POST",
        path="/v2/service",
        query={},
        headers=headers,
        credentials=CREDENTIALS,
        timestamp=MOMENT,
        expiry=60,
        signed=signed,
    )


def test_without_names_the_default_set_is_signed_and_the_list_stays_empty() -> None:
    headers = {"Host": "h", "Content-Type": "application/json", "x-bce-date": DATE, "User-Agent": "qfops"}
    signature = _signed(headers, None).rpartition("/")[2]
    assert _signed(headers, None).endswith(f"/60//{signature}")
    assert _signed(headers, ["X-BCE-Date", "content-type", "HOST"]).endswith(f";x-bce-date/{signature}")
    assert not _signed({**headers, "x-bce-more": "1"}, None).endswith(signature)


def test_a_header_that_is_not_named_is_not_signed() -> None:
    headers = {"Host": "h", "x-bce-date": DATE}
    assert _signed(headers, ["host", "x-bce-date"]) == _signed(
        {**headers, "x-bce-more": "1"}, ["host", "x-bce-date"]
    )
