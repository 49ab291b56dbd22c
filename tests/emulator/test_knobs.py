"""Settings: from Python, over HTTP, shared between processes; latency and the rate limit."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from qfops.emulator import Emulator, running, serve

from .speaking import Api, Clock, Refused


def test_rate_limit(api: Api, emulator: Emulator, clock: Clock) -> None:
    emulator.configure(rate_limit=2)
    for _ in range(2):
        api("DescribeDatasets")
    with pytest.raises(Refused) as caught:
        api("DescribeDatasets")
    assert caught.value.code == (429, "OverRateLimit")
    clock.pass_(1)
    api("DescribeDatasets")
    emulator.configure(rate_limit=None)
    for _ in range(5):
        api("DescribeDatasets")


def test_latency(api: Api, emulator: Emulator) -> None:
    emulator.configure(latency=0.05)
    start = time.perf_counter()
    api("DescribeDatasets")
    assert time.perf_counter() - start >= 0.05


@pytest.mark.parametrize(
    "knobs",
    [
        {"latency": -1},
        {"latency": "slow"},
        {"durations": {"lunch": 1}},
        {"durations": {"import": -1}},
        {"durations": 3},
        {"page_size": 0},
        {"page_size": 1.5},
        {"rate_limit": 0},
        {"record_requests": 1},
        {"colour": "red"},
        {"hidden": ["DescribeService.updateStatus"]},
        {"hidden": {"updateStatus": "absent"}},
        {"hidden": {"DescribeService.updateStatus": "blank"}},
    ],
)
def test_bad_knobs(emulator: Emulator, knobs: dict[str, object]) -> None:
    before = emulator.knobs()
    with pytest.raises(ValueError, match=next(iter(knobs)).removesuffix("s")):
        emulator.configure(**knobs)
    assert emulator.knobs() == before


def test_hidden_members(api: Api, emulator: Emulator, clock: Clock) -> None:
    """Left out or null, in lists too, of the named actions only."""
    service = api.service(api.model(clock))["serviceId"]
    hidden = {"DescribeService.updateStatus": "absent", "DescribeServices.runStatus": "null"}
    emulator.configure(hidden=hidden)
    shown, listed = api("DescribeService", serviceId=service), api("DescribeServices")["serviceList"][0]
    assert "updateStatus" not in shown
    assert (shown["runStatus"], listed["runStatus"], listed["updateStatus"]) == ("New", None, "None")
    emulator.configure(hidden={"Describe*.runStatus": "absent"})
    assert "runStatus" not in api("DescribeService", serviceId=service)
    assert "runStatus" not in api("DescribeServices")["serviceList"][0]
    emulator.configure(hidden={})
    assert api("DescribeService", serviceId=service)["updateStatus"] == "None"


def test_durations_merge(emulator: Emulator) -> None:
    emulator.configure(durations={"training": 0})
    emulator.configure(durations={"import": 9})
    durations = emulator.knobs()["durations"]
    assert isinstance(durations, dict)
    assert (durations["training"], durations["import"], durations["publish"]) == (0, 9, 0.3)


def test_control_routes(api: Api, emulator: Emulator) -> None:
    dataset, _ = api.dataset("seen")
    with running(emulator) as base, httpx.Client(base_url=base) as client:
        assert client.post("/_emulator/knobs", json={"latency": 0.01}).json() == {"result": True}
        assert client.get("/_emulator/knobs").json()["result"]["latency"] == 0.01
        assert client.get("/_emulator/requests").json()["result"][0]["action"] == "CreateDataset"
        assert client.get("/_emulator/complaints").json()["result"] == []
        assert client.get("/_emulator/objects").json()["result"][0]["id"] == dataset
        edit = {"id": dataset, "path": "datasetName", "value": "edited"}
        assert client.post("/_emulator/edit", json=edit).status_code == 200
        assert emulator.objects("Dataset")[0]["datasetName"] == "edited"
        assert client.post("/_emulator/delete", json={"id": dataset}).status_code == 200
        wrong = client.post("/_emulator/delete", json={"id": dataset})
        assert (wrong.status_code, "there is no object" in wrong.json()["message"]) == (400, True)
        assert client.post("/_emulator/edit", json={"id": "x"}).status_code == 400
        assert client.post("/_emulator/reset", content=b"{}").status_code == 415
        assert client.post("/_emulator/reset", json={}).status_code == 200
        assert client.get("/_emulator/nothing").status_code == 404
    assert emulator.objects() == []


SERVER = """
import sys
from qfops.emulator import Emulator, serve
serve(Emulator(sys.argv[1]), on_ready=lambda url: print(url, flush=True))
"""


def test_two_processes_on_one_file(tmp_path: Path) -> None:
    path = tmp_path / "shared.db"
    mine = Emulator(path)
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    try:
        base = process.stdout.readline().strip()
        api = Api(mine)
        api.dataset("from-here")
        mine.configure(page_size=1)
        path_, action = "/v2/dataset", "DescribeDatasets"
        headers = api.headers(path_, action, httpx.URL(base).netloc.decode())
        response = httpx.post(base + path_, params={"Action": action}, json={}, headers=headers)
        assert response.json()["result"]["pageInfo"]["maxKeys"] == 1
        assert response.json()["result"]["datasetList"][0]["datasetName"] == "from-here"
        assert [request.action for request in mine.requests()] == ["CreateDataset", "DescribeDatasets"]
        api.close()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    again = Emulator(path)
    assert len(again.objects("Dataset")) == 1  # the file survives a killed process
    again.close()
    mine.close()


def test_serve_needs_no_callback() -> None:
    assert serve.__defaults__ == ("127.0.0.1", 0, None)


def test_importing_is_cheap() -> None:
    heavy = ("uvicorn", "starlette", "httpx")
    code = f"import sys, qfops.emulator; print([name for name in {heavy} if name in sys.modules])"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert shown.stdout.strip() == "[]"
