"""Accounts, keys and permissions; what is recorded and what is complained about."""

import time
from collections.abc import Iterator

import httpx
import pytest

from qfops.emulator import READ_ONLY, Emulator, running

from .speaking import Api, Clock, Refused, authorization


@pytest.fixture
def other(emulator: Emulator) -> Iterator[Api]:
    api = Api(emulator, emulator.add_key(emulator.add_account("other")))
    yield api
    api.close()


def test_accounts_do_not_see_each_other(api: Api, other: Api) -> None:
    dataset, version = api.dataset("mine")
    for action, body in (
        ("DescribeDatasetVersion", {"versionId": version}),
        ("DeleteDataset", {"datasetId": dataset}),
    ):
        with pytest.raises(Refused) as caught:
            other(action, **body)
        assert caught.value.code == (404, "NoSuchObject")
    assert other("DescribeDatasets")["datasetList"] == []
    with pytest.raises(Refused):
        other("DescribeDatasets", marker=dataset)
    api.job("same")
    other.job("same")


def test_the_platform_is_everybodys(api: Api, other: Api) -> None:
    assert other("DescribeSystemModelSets") == api("DescribeSystemModelSets")
    assert other("DescribePresetServices") == api("DescribePresetServices")


def test_permissions(emulator: Emulator) -> None:
    account = emulator.add_account("team")
    reader = Api(emulator, emulator.add_key(account, actions=READ_ONLY))
    writer = Api(emulator, emulator.add_key(account, actions={"CreateDataset"}))
    assert reader("DescribeDatasets")["datasetList"] == []
    with pytest.raises(Refused) as caught:
        reader.dataset()
    assert caught.value.code == (403, "AccessDenied")
    writer.dataset()
    with pytest.raises(Refused):
        writer("DescribeDatasets")
    assert len(reader("DescribeDatasets")["datasetList"]) == 1
    reader.close()
    writer.close()


def test_accounts_and_keys_are_checked(emulator: Emulator) -> None:
    with pytest.raises(ValueError, match="exists already"):
        emulator.add_account("embedded")
    with pytest.raises(ValueError, match="there are embedded"):
        emulator.add_key("nobody")
    with pytest.raises(TypeError):
        emulator.add_key("embedded", actions="Describe*")


def test_requests(api: Api, emulator: Emulator, clock: Clock) -> None:
    api("DescribeDatasets")
    api.dataset("recorded")
    with pytest.raises(Refused):
        api("DeleteDataset", datasetId="dg-none")
    everything = emulator.requests()
    assert [(request.action, request.status) for request in everything] == [
        ("DescribeDatasets", 200),
        ("CreateDataset", 200),
        ("DeleteDataset", 404),
    ]
    assert [request.action for request in emulator.requests(writes_only=True)] == [
        "CreateDataset",
        "DeleteDataset",
    ]
    create = everything[1]
    assert (create.seq, create.time, create.account, create.route) == (
        2,
        clock.now,
        "embedded",
        "/v2/dataset",
    )
    assert create.body["datasetName"] == "recorded"
    emulator.configure(record_requests=False)
    api("DescribeDatasets")
    assert len(emulator.requests()) == 3


def test_unknown_action(api: Api, emulator: Emulator) -> None:
    for route, action in (("/v2/dataset", "ExplodeDataset"), ("/v2/nowhere", "DescribeDatasets")):
        with pytest.raises(Refused) as caught:
            api(action, route)
        assert caught.value.code == (404, "ResourceNotFound")
    assert emulator.complaints() == [
        "unknown action POST /v2/dataset?Action=ExplodeDataset",
        "unknown action POST /v2/nowhere?Action=DescribeDatasets",
    ]


def test_unknown_body_keys_are_ignored_and_complained_about(api: Api, emulator: Emulator) -> None:
    body = {"name": ["x"], "ak": "an access key", "sk": "a secret"}
    assert api("CreatePromptLabel", **body)["labels"][0]["labelName"] == "x"
    assert emulator.complaints() == [
        "CreatePromptLabel: unknown body key ak",
        "CreatePromptLabel: unknown body key sk",
    ]
    assert emulator.requests()[-1].body == {"name": ["x"]}
    api("DescribeDatasets", filter={"datasetName": "x", "token": "a secret"})
    assert emulator.complaints()[-1] == "DescribeDatasets: unknown body key filter.token"
    assert emulator.requests()[-1].body == {"filter": {"datasetName": "x"}}


def test_no_secret_reaches_the_file_but_the_keys_own(api: Api, emulator: Emulator) -> None:
    api("CreatePromptLabel", name=["x"], sk="unmistakable-secret")
    authorization = api.headers("/v2/promptLabels", "CreatePromptLabel")["Authorization"]
    with emulator._store.transaction() as connection:
        everything = "\n".join(connection.iterdump())
    assert "unmistakable-secret" not in everything
    assert authorization.rpartition("/")[2] not in everything
    assert "bce-auth-v1" not in everything


def test_bad_bodies(api: Api, emulator: Emulator) -> None:
    def code(content: bytes) -> tuple[int, str]:
        response = api.send("/v2/dataset", "DescribeDatasets", content)
        return response.status_code, response.json().get("code", "")

    assert code(b"{") == (400, "MalformedJSON")
    assert code(b"\xff\xfe") == (400, "InvalidHTTPRequest")
    assert code(b"[]") == (400, "InappropriateJSON")
    assert code(b"") == (200, "")


def test_method_and_content_type(api: Api, emulator: Emulator) -> None:
    headers = api.headers("/v2/dataset", "DescribeDatasets")
    del headers["Content-Type"]
    assert api.send("/v2/dataset", "DescribeDatasets", b"{}", headers).status_code == 403  # it was signed
    assert emulator.complaints() == ["request refused: SignatureDoesNotMatch"]


def test_only_post(api: Api, emulator: Emulator) -> None:
    with running(emulator) as base:
        host = httpx.URL(base).netloc.decode()
        stamp = {"Host": host, "x-bce-date": "2025-01-01T00:00:00Z"}
        query = {"Action": "DescribeDatasets"}
        signed = authorization(api.key, "GET", "/v2/dataset", query, stamp, time.time())
        response = httpx.get(f"{base}/v2/dataset", params=query, headers={**stamp, "Authorization": signed})
    assert (response.status_code, response.json()["code"]) == (405, "MethodNotAllowed")


def test_a_forbidden_caller_learns_nothing_of_the_body(emulator: Emulator) -> None:
    reader = Api(emulator, emulator.add_key("embedded", actions=READ_ONLY))
    assert reader.send("/v2/dataset", "CreateDataset", b"{").status_code == 403
    reader.close()


def test_error_envelope(api: Api) -> None:
    response = api.send("/v2/dataset", "CreateDataset", b"{}")
    assert set(response.json()) == {"requestId", "code", "message"}
    assert "param[datasetName] invalid." in response.json()["message"]
    assert "x-bce-error-code" not in response.headers
    assert isinstance(response, httpx.Response)
