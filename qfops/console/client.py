"""The client of the console API: one per command, shared by all its tasks.

It signs, sends, keeps to the rate, repeats what is safe to repeat, and turns everything else into one error.
It never repeats a mutating call: that takes a new intent, which only the caller can write.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from qfops.console.envelope import Answer, ErrorAnswer, Reply, masked, open_envelope
from qfops.console.errors import ApiCall, ConsoleError, classify
from qfops.console.keys import check
from qfops.console.limiter import Limiter
from qfops.console.masking import Mask
from qfops.console.paging import IncompleteList, Item, collect
from qfops.console.remedies import Loss, Situation
from qfops.console.signed_headers import SignedHeaders, target_of
from qfops.core.errors import ApiError, ErrorClass
from qfops.core.plan.plan import Stats
from qfops.core.settings import Credentials
from qfops.core.values import JSON

if TYPE_CHECKING:
    from qfops.console.transport import Timeouts, TransportFactory

__all__ = ["Answer", "Client"]

FIRST_WAIT = 0.2
LONGEST_WAIT = 10.0
_FIRST_THROTTLED_WAIT = 1.0
_REPEATABLE = frozenset({ErrorClass.NO_EFFECT, ErrorClass.UNKNOWN_OUTCOME})


class Client:
    """The console API of one endpoint, with one pair of keys. Async; use it in one event loop.

    Every method raises ApiError with its class for what the console or the way to it did wrong.
    """

    _endpoint = ""  # __repr__ is also asked about a client whose construction failed

    def __init__(
        self,
        endpoint: str,
        credentials: Credentials,
        *,
        concurrency: int = 10,
        transport: TransportFactory | None = None,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
        signature: int = 60,
        attempts: int = 8,
        timeouts: Timeouts | None = None,
        keys: str = "QIANFAN",
    ) -> None:
        """Nothing is sent yet.

        `transport` makes httpx transports in place of the network (one per concurrent request). `signature`
        is how long a signature holds, in seconds; `attempts` how often a read is tried at most. `clock` is
        seconds since 1970, `timer` never goes back. `keys` is the prefix of the variables that held the keys,
        for messages. UsageError where the endpoint or the keys cannot be used at all.
        """
        # httpx costs a good part of a short command's time: it is loaded with the first client, not before.
        from qfops.console.transport import Pool, Timeouts

        check(credentials, keys)
        self._pool = Pool(endpoint, timeouts or Timeouts(), transport)
        self._endpoint = self._pool.endpoint
        self._headers = SignedHeaders(self._pool.host, credentials, self._pool.headers)
        self._access_key, self._keys = credentials.access_key, keys
        self._mask = Mask((credentials.access_key, credentials.secret_key.reveal()))
        self._clock, self._timer, self._sleep, self._random = clock, timer, sleep, random
        self._signature, self._attempts = signature, attempts
        self._limiter = Limiter(timer, sleep)
        self._slots = asyncio.Semaphore(concurrency)
        self._calls = self._retries = 0
        self._first_call = self._last_answer = 0.0
        self._accounts: set[str] = set()

    def __repr__(self) -> str:
        return f"Client({self._endpoint!r})"

    @property
    def stats(self) -> Stats:
        """Requests sent, repetitions among them, and seconds from the first request to the last answer."""
        return Stats(self._calls, self._retries, self._last_answer - self._first_call)

    @property
    def account(self) -> str:
        """The user id that results showed; "" while none did, or where they showed several."""
        return next(iter(self._accounts)) if len(self._accounts) == 1 else ""

    async def read(self, route: str, action: str, body: Mapping[str, JSON]) -> JSON:
        """The result of a call that changes nothing; repeated where that may help."""
        call = ApiCall(route, action)
        for attempt in range(1, self._attempts):
            await self._limiter.turn()
            try:
                return (await self._exchange(call, body, attempt)).result
            except ConsoleError as error:
                if error.lasting or error.error_class not in _REPEATABLE:
                    raise
                wait = self.backoff(attempt, error)
            self._retries += 1
            await self._sleep(wait)
        await self._limiter.turn()
        return (await self._exchange(call, body, self._attempts)).result

    async def pages(self, route: str, action: str, body: Mapping[str, JSON], *, items: str) -> list[Item]:
        """Every item of a list, read to its end; `items` is the key of the array.

        See `paging.collect` for what `body` may say about the style of paging. A list that cannot be read
        to its end is an ApiError.
        """

        async def fetch(request: Mapping[str, JSON]) -> JSON:
            return await self.read(route, action, request)

        try:
            return await collect(fetch, body, items)
        except IncompleteList as reason:
            raise ConsoleError(
                f"the list cannot be read to its end: {reason}",
                error_class=ErrorClass.UNKNOWN_OUTCOME,
                action=action or route,
                route=route,
                code="incomplete list",
            ) from None

    async def send(
        self, route: str, action: str, body: Mapping[str, JSON], *, valid_until: float, attempt: int = 1
    ) -> Answer:
        """One attempt of a call that changes something; never repeated here.

        The signature ends at `valid_until` (seconds since 1970) at the latest; where that has passed, nothing
        is sent (no effect). `attempt` counts the caller's repetitions, for the message.
        """
        return await self._exchange(ApiCall(route, action), body, attempt, valid_until)

    async def turn(self) -> None:
        """Wait until the rate allows one more request; before `send`, and before the intent is written."""
        await self._limiter.turn()

    def backoff(self, attempt: int, error: ApiError) -> float:
        """Seconds to wait before attempt `attempt + 1`: doubling, with jitter, or what the console asked for.

        (That everybody slows down after throttling is seen to when the answer arrives.)
        """
        throttled = isinstance(error, ConsoleError) and error.throttled
        first = _FIRST_THROTTLED_WAIT if throttled else FIRST_WAIT
        wait = min(LONGEST_WAIT, first * 2.0 ** (attempt - 1)) * (0.5 + self._random() / 2)
        return max(wait, error.retry_after) if isinstance(error, ConsoleError) else wait

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _exchange(
        self, call: ApiCall, body: Mapping[str, JSON], attempt: int, valid_until: float = math.inf
    ) -> Answer:
        """One request and its answer, or its error."""
        content = _encoded(call, body)
        async with self._slots:
            outcome = await self._round_trip(call, content, valid_until)
        if not isinstance(outcome, Answer):
            raise self._error(call, outcome, attempt)
        self._limiter.succeeded()
        self._note_account(outcome.result)
        return outcome

    async def _round_trip(
        self, call: ApiCall, content: bytes, valid_until: float
    ) -> Answer | ErrorAnswer | Loss:
        """Sign when the slot is free, so that no wait eats the validity; send; read what came back.

        No error for users comes from here: this frame holds the signature, and the raw answer may echo it.
        """
        now = int(self._clock())
        expiry = int(min(self._signature, valid_until - now))
        if expiry < 1:
            return Loss("expired", "its time was over before it could be sent", sent=False)
        self._count_call()
        headers = self._headers.of(call, now, expiry)
        reply = await self._pool.exchange(self._pool.request(target_of(call), headers, content))
        self._last_answer = self._timer()
        if isinstance(reply, Loss):
            return reply._replace(message=self._mask.of(reply.message))
        self._heed(reply)
        outcome = open_envelope(reply)
        # What is said of a failure is printed, and a console may echo a key; a result is nobody's message.
        return outcome if isinstance(outcome, Answer) else open_envelope(masked(reply, self._mask))

    def _error(self, call: ApiCall, outcome: ErrorAnswer | Loss, attempt: int) -> ConsoleError:
        situation = Situation(self._endpoint, self._keys, self._access_key, self._clock())
        error = classify(call, outcome, situation, attempt)
        if error.throttled:
            self._limiter.throttled(error.retry_after)
        return error

    def _count_call(self) -> None:
        if not self._calls:
            self._first_call = self._last_answer = self._timer()
        self._calls += 1

    def _heed(self, reply: Reply) -> None:
        """Obey the rate that the console announces, in requests a minute."""
        limit = reply.headers.get("x-ratelimit-limit-requests", "")
        if limit.isascii() and limit.isdigit() and int(limit) > 0:
            self._limiter.announce(float(limit))

    def _note_account(self, result: JSON) -> None:
        owner = result.get("userId") if isinstance(result, dict) else None
        if isinstance(owner, int | str) and owner:
            self._accounts.add(str(owner))


def _encoded(call: ApiCall, body: Mapping[str, JSON]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except ValueError as error:
        raise ConsoleError(
            f"the request cannot be written as UTF-8 JSON: {error}",
            error_class=ErrorClass.REFUSED,
            action=call.name,
            route=call.route,
            code="not JSON",
        ) from None
