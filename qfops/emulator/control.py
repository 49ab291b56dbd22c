"""The routes under /_emulator: everything the Python object offers, over HTTP, for other processes.

Unsigned, so they belong on loopback only; a JSON content type is required, which no web page can send across
origins unasked.
"""

import dataclasses
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Protocol

from qfops.emulator.vocabulary.errors import CODES, envelope
from qfops.emulator.vocabulary.fields import JsonObject
from qfops.emulator.world.store import Request

PREFIX = "/_emulator/"


class Controlled(Protocol):
    """What the control routes need of an emulator."""

    def configure(self, **knobs: object) -> None: ...  # noqa: D102
    def knobs(self) -> dict[str, object]: ...  # noqa: D102
    def requests(self, *, writes_only: bool = False) -> list[Request]: ...  # noqa: D102
    def complaints(self) -> list[str]: ...  # noqa: D102
    def objects(self, kind: str | None = None) -> list[JsonObject]: ...  # noqa: D102
    def edit(self, object_id: str, path: str, value: object) -> None: ...  # noqa: D102
    def delete(self, object_id: str) -> None: ...  # noqa: D102
    def reset(self) -> None: ...  # noqa: D102


class Controls:
    """Answers control requests for one emulator."""

    def __init__(self, emulator: Controlled) -> None:
        self._emulator = emulator
        self._reads: Mapping[str, Callable[[], object]] = {
            "knobs": emulator.knobs,
            "requests": lambda: [dataclasses.asdict(request) for request in emulator.requests()],
            "complaints": emulator.complaints,
            "objects": emulator.objects,
        }
        self._writes: Mapping[str, Callable[[JsonObject], None]] = {
            "knobs": lambda body: emulator.configure(**body),
            "edit": lambda body: emulator.edit(body["id"], body["path"], body["value"]),
            "delete": lambda body: emulator.delete(body["id"]),
            "reset": lambda _body: emulator.reset(),
        }

    def answer(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, JsonObject]:
        """Carry one control request out; errors are plain sentences."""
        name = path.removeprefix(PREFIX)
        if method == "GET" and name in self._reads:
            return 200, {"result": self._reads[name]()}
        if method != "POST" or name not in self._writes:
            return 404, {"message": f"GET {', '.join(self._reads)}; POST {', '.join(self._writes)}"}
        if headers.get("content-type", "").partition(";")[0] != "application/json":
            return 415, {"message": "content-type must be application/json"}
        try:
            self._writes[name](json.loads(body or b"{}"))
        except KeyError as error:
            return 400, {"message": f"the body lacks {error}"}
        except (TypeError, ValueError) as error:
            return 400, {"message": str(error)}
        return 200, {"result": True}


def code_for(status: int) -> str:
    """Return the code name that goes with a bare HTTP status."""
    known = {429: "TooManyRequests", 502: "BadGateway", 503: "ServiceUnavailable", 504: "GatewayTimeout"}
    return known.get(status, "InternalError")


def error_answer(code: str) -> tuple[JsonObject, Mapping[str, str]]:
    """Return body and headers of the answer that gives a code."""
    return envelope(code, CODES[code].message, str(uuid.uuid4()))
