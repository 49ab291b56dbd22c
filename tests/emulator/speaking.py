"""A signer and a caller of our own, and short ways to make objects over HTTP."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY, Emulator

START = 1_700_000_000.0
ROUTES = {
    "Dataset": "/v2/dataset",
    "Import": "/v2/dataset",
    "FineTuning": "/v2/finetuning",
    "Model": "/v2/model",
    "PromptTemplate": "/v2/promptTemplates",
    "PromptLabel": "/v2/promptLabels",
    "ComputeUnit": "/v2/computeunit",
    "Service": "/v2/service",
}


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += seconds


def digest(key: str, message: str) -> str:
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def encode(text: str) -> str:
    return quote(text, safe="-_.~")


def authorization(
    key: tuple[str, str],
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    moment: float,
    expiry: int = 300,
) -> str:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    prefix = f"bce-auth-v1/{key[0]}/{stamp}/{expiry}"
    lines = sorted(f"{encode(name.lower())}:{encode(value.strip())}" for name, value in headers.items())
    asked = sorted(f"{encode(name)}={encode(value)}" for name, value in query.items())
    request = "\n".join([method, path, "&".join(asked), "\n".join(lines)])
    names = ";".join(sorted(name.lower() for name in headers))
    return f"{prefix}/{names}/{digest(digest(key[1], prefix), request)}"


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self.body: dict[str, Any] = response.json()
        super().__init__(f"{self.status} {self.body}")

    @property
    def code(self) -> tuple[int, str]:
        return self.status, self.body["code"]


class Api:
    """Signed calls to one emulator, in the process."""

    def __init__(self, emulator: Emulator, key: tuple[str, str] | None = None) -> None:
        self.key = key or (EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY)
        self.emulator = emulator
        self._runner = asyncio.Runner()

    def close(self) -> None:
        self._runner.close()

    def headers(self, path: str, action: str, host: str = "console") -> dict[str, str]:
        return signed_headers(self.key, path, action, host)

    def send(
        self, path: str, action: str, content: bytes, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.emulator.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
                return await client.post(
                    path,
                    params={"Action": action},
                    content=content,
                    headers=dict(headers or self.headers(path, action)),
                )

        return self._runner.run(go())

    def __call__(self, action: str, route: str | None = None, /, **body: object) -> Any:
        path = route or route_of(action)
        response = self.send(path, action, httpx.Request("POST", "http://x", json=body).content)
        if response.status_code != 200:
            raise Refused(response)
        return response.json()["result"]

    # short ways to objects

    def dataset(self, name: str = "faq", form: str = "PromptResponse") -> tuple[str, str]:
        result = self("CreateDataset", datasetName=name, dataFormat=form, storageType="sysStorage")
        return result["datasetId"], result["versionId"]

    def version(self, clock: Clock, form: str = "PromptResponse", *, publish: bool = True) -> str:
        _, version = self.dataset(form=form)
        self("CreateImportTask", versionId=version, files=["bos:/bucket/rows.jsonl"])
        clock.pass_(1)
        if publish:
            self("PublishDatasetVersion", versionId=version)
            clock.pass_(1)
        return version

    def job(self, name: str = "job", model: str = "ERNIE-Speed-8K", mode: str = "SFT") -> str:
        result = self("CreateFineTuningJob", name=name, model=model, trainMode=mode)
        return str(result["jobId"])

    def task(self, job: str, version: str, **parameters: object) -> str:
        config = {"sourceType": "Platform", "versions": [{"versionId": version}], "splitRatio": 20}
        result = self(
            "CreateFineTuningTask",
            jobId=job,
            parameterScale="LoRA",
            hyperParameterConfig=parameters,
            datasetConfig=config,
        )
        return str(result["taskId"])

    def done_task(self, clock: Clock, name: str = "job", model: str = "ERNIE-Speed-8K") -> str:
        task = self.task(self.job(name, model), self.version(clock), epoch=10)
        clock.pass_(10)
        return task

    def model(self, clock: Clock, name: str = "bot") -> tuple[str, str]:
        model_set = self("CreateCustomModelSet", modelSetName=name, modelType="Text2Text")
        task = self.done_task(clock, f"j_{name}")
        result = self(
            "CreateCustomModel", modelSetId=model_set, sourceType="Train", trainMeta={"taskId": task}
        )
        clock.pass_(1)
        return model_set, result["modelId"]

    def service(self, model: tuple[str, str], name: str = "front", /, **more: object) -> dict[str, Any]:
        body: dict[str, object] = {
            "modelSetId": model[0],
            "modelId": model[1],
            "name": name,
            "urlSuffix": name.replace("_", "-").lower(),
            "resourceConfig": {"type": "GPU-1-2", "replicasCount": 2},
            "billing": {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"},
        }
        result: dict[str, Any] = self("CreateService", **{**body, **more})
        return result


def route_of(action: str) -> str:
    if action in ("DescribePresetServices", "DeactivateService", "ScaleService", "ModifyService"):
        return "/v2/service"
    for word in ("PromptTemplate", "PromptLabel", "FineTuning", "ComputeUnit", "Model", "Service", "Dataset"):
        if word in action:
            return ROUTES[word]
    return ROUTES["Dataset"]


def signed_headers(
    key: tuple[str, str], path: str, action: str, host: str, moment: float | None = None
) -> dict[str, str]:
    moment = time.time() if moment is None else moment
    headers = {
        "Content-Type": "application/json",
        "Host": host,
        "x-bce-date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)),
    }
    headers["Authorization"] = authorization(key, "POST", path, {"Action": action}, headers, moment)
    return headers
