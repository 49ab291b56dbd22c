"""The console itself: one request in, one answer out, in one transaction.

Synchronous and free of any protocol: it is told method, path, query, headers and body, and it returns what
to answer. It decides about faults but leaves striking to `asgi.py`. It never keeps header values, nor values
of body keys the console does not know.
"""

import json
import sqlite3
import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from qfops.emulator import signature
from qfops.emulator.catalogue import ACTIONS, ROUTES
from qfops.emulator.vocabulary import faults
from qfops.emulator.vocabulary.errors import CODES, ApiError
from qfops.emulator.vocabulary.facts import shaped
from qfops.emulator.vocabulary.fields import JsonObject, check, known
from qfops.emulator.vocabulary.knobs import Knobs
from qfops.emulator.world.actions import Action, Result
from qfops.emulator.world.store import Store, read_knobs, undone_on_error
from qfops.emulator.world.world import World

_AUTH_CODES = {"AccessDenied", "InvalidAccessKeyId", "InvalidHTTPAuthHeader", "RequestExpired"} | {
    "SignatureDoesNotMatch"
}


@dataclass(frozen=True, slots=True)
class Call:
    """A request as received."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the console says, the fault that strikes it, and how long to wait before saying it."""

    status: int
    body: JsonObject
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: faults.Fault | None = None
    latency: float = 0.0


@dataclass(slots=True)
class _Context:
    """What is known of a request so far, for its record."""

    knobs: Knobs
    now: float
    complaints: list[str]
    account: str = ""
    action: str = ""
    kept: JsonObject = field(default_factory=dict)
    fault: faults.Fault | None = None


class Console:
    """Answers calls over a store, with two clocks: one for the objects, one for signatures."""

    def __init__(self, store: Store, clock: Callable[[], float], wall: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._wall = wall
        self._recent: dict[str, deque[float]] = {}

    def answer(self, call: Call) -> Answer:
        """Carry one call out."""
        with self._store.transaction() as connection:
            context = _Context(read_knobs(connection), self._clock(), [])
            answer = self._answered(connection, call, context)
            _record(connection, call, context, answer.status)
        return answer

    def _answered(self, connection: sqlite3.Connection, call: Call, context: _Context) -> Answer:
        request_id = str(uuid.uuid4())
        latency = context.knobs.latency
        try:
            account, allowed = self._authenticated(connection, call, context)
            context.account = account
            action = self._action(call, context)
            self._throttle(context)
            if not any(fnmatchcase(action.name, pattern) for pattern in allowed):
                raise ApiError("AccessDenied")
            body = _parsed(call, action, context)
            context.fault = faults.firing(connection, action.name)
            if context.fault is not None and context.fault.when == "before":
                return Answer(context.fault.status, {}, fault=context.fault, latency=latency)
            world = World(connection, account, context.now, context.knobs)
            with undone_on_error(connection):
                result: Result = shaped(action.handler(world, body), action.result)
        except ApiError as error:
            return _refusal(error, request_id, context)
        return Answer(200, {"requestId": request_id, "result": result}, {}, context.fault, latency)

    def _authenticated(
        self, connection: sqlite3.Connection, call: Call, context: _Context
    ) -> tuple[str, list[str]]:
        """Return the account of the signer and what its key may do."""
        missing = [name for name in ("authorization", "x-bce-date") if not call.headers.get(name)]
        if missing:
            context.complaints.append(f"{call.path}: header {' and '.join(missing)} missing")
            raise ApiError("AccessDenied", f"{' and '.join(missing)} missing")
        claim = signature.parse(call.headers["authorization"])
        row = connection.execute(
            "SELECT secret, account, actions FROM keys WHERE access = ?", (claim.access_key,)
        ).fetchone()
        if row is None:
            raise ApiError("InvalidAccessKeyId")
        signature.verify(claim, row[0], self._wall(), call.method, call.path, call.query, call.headers)
        return row[1], json.loads(row[2])

    def _action(self, call: Call, context: _Context) -> Action:
        """Return the action a call asks for."""
        name = dict(call.query).get("Action", "")
        context.action = name
        if call.method != "POST" and call.path in ROUTES:
            raise ApiError("MethodNotAllowed")
        action = ACTIONS.get((call.path, name))
        if action is None:
            context.complaints.append(f"unknown action {call.method} {call.path}?Action={name}")
            raise ApiError("ResourceNotFound", f"{call.path}?Action={name}")
        return action

    def _throttle(self, context: _Context) -> None:
        """Refuse a call beyond the rate limit; each process counts for itself."""
        if context.knobs.rate_limit is None:
            return
        recent = self._recent.setdefault(context.account, deque())
        while recent and recent[0] <= context.now - 1:
            recent.popleft()
        if len(recent) >= context.knobs.rate_limit:
            raise ApiError("TooManyRequests")
        recent.append(context.now)


def _parsed(call: Call, action: Action, context: _Context) -> JsonObject:
    """Return the checked body; unknown keys become complaints and are dropped from the record."""
    media = call.headers.get("content-type", "").partition(";")[0].strip()
    if media != "application/json":
        context.complaints.append(f"{action.name}: content-type is {media or 'missing'}")
    try:
        body = json.loads(call.body.decode() or "{}")
    except UnicodeDecodeError:
        raise ApiError("InvalidHTTPRequest") from None
    except ValueError:
        raise ApiError("MalformedJSON") from None
    if not isinstance(body, dict):
        raise ApiError("InappropriateJSON", "param[body] invalid.")
    context.kept = known(body, action.fields)
    for unknown in check(body, action.fields):
        if not (action.open_body and isinstance(body.get(unknown), str)):
            context.complaints.append(f"{action.name}: unknown body key {unknown}")
    return body if action.open_body else context.kept


def _refusal(error: ApiError, request_id: str, context: _Context) -> Answer:
    headers = {}
    if error.code in _AUTH_CODES:
        headers = {"x-bce-error-code": error.code, "x-bce-error-message": CODES[error.code].message}
    if error.code != "AccessDenied" and not context.account:
        context.complaints.append(f"request refused: {error.code}")
    body = {"requestId": request_id, "code": error.code, "message": error.message}
    return Answer(error.status, body, headers, context.fault, context.knobs.latency)


def _record(connection: sqlite3.Connection, call: Call, context: _Context, status: int) -> None:
    """Keep an accepted request and every complaint."""
    connection.executemany(
        "INSERT INTO complaints (text) VALUES (?)", [(text,) for text in context.complaints]
    )
    if context.account and context.knobs.record_requests:
        connection.execute(
            "INSERT INTO requests (time, account, route, action, body, status) VALUES (?, ?, ?, ?, ?, ?)",
            (
                context.now,
                context.account,
                call.path,
                context.action,
                json.dumps(context.kept, ensure_ascii=False),
                status,
            ),
        )
