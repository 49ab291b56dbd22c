"""What an HTTP answer says: a result, or a problem in the console's own words.

Pure, and without a verdict: what a problem means for the caller is decided in `errors`. Every known shape of
success and failure of both API generations is told apart here and nowhere else.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple, NoReturn

from qfops.console.masking import Mask
from qfops.core.values import JSON


class Reply(NamedTuple):
    """One whole HTTP answer; `headers` are looked up in any case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A successful call: its `result` (None where the action returns none) and the console's request id."""

    result: JSON
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class ErrorAnswer:
    """An answer that is not success.

    `status` is the HTTP status, `stated` the one that a V1 body states besides (0: none). `code` is the
    console's code, integers as text; "" where it gave none. `foreign` means that the text is not an answer
    of the console API at all: a proxy, a login page, half an answer.
    """

    status: int
    headers: Mapping[str, str]
    code: str
    message: str
    request_id: str = ""
    stated: int = 0
    foreign: bool = False

    @property
    def gateway(self) -> bool:
        """Whether the gateway in front of the API says that the answer is its own: it knows no objects."""
        return self.headers.get("x-bce-exception-point", "").strip().lower() == "gateway"


def open_envelope(reply: Reply) -> Answer | ErrorAnswer:
    """The result or the problem that `reply` holds; never raises for what a server can send."""
    body = _parse(reply.content)
    if not isinstance(body, dict):
        return _gateway(reply) or _foreign(reply)
    request_id = _request_id(body, reply.headers)
    problem = _problem(body, reply, request_id)
    if problem is not None:
        return problem
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return _gateway(reply) or _foreign(reply)
    if "result" in body:
        return Answer(body["result"], request_id)
    # Some actions answer with their id only (console API, CancelModelCompTask); V1 says `success` instead.
    if "requestId" in body or body.get("success") is True:
        return Answer(None, request_id)
    return _foreign(reply)


def _problem(body: Mapping[str, JSON], reply: Reply, request_id: str) -> ErrorAnswer | None:
    """The failure that a JSON object states, in one of the forms of V1 (also with HTTP 200) or V2."""
    number = body.get("error_code")
    if number is not None and not _is_zero(number):
        message = _message(body.get("error_msg"))
        return ErrorAnswer(reply.status, reply.headers, _text(number), message, request_id)
    stated = body.get("status")
    stated = stated if isinstance(stated, int) and stated >= HTTPStatus.BAD_REQUEST else 0
    code = body.get("code")
    has_code = "result" not in body and code is not None and not _is_zero(code)
    if stated or has_code or body.get("success") is False or _is_failed_v2(body, reply):
        text = "" if code is None else _text(code)
        return ErrorAnswer(
            reply.status, reply.headers, text, _message(body.get("message")), request_id, stated
        )
    return None


def _is_failed_v2(body: Mapping[str, JSON], reply: Reply) -> bool:
    return reply.status >= HTTPStatus.BAD_REQUEST and "requestId" in body


def _gateway(reply: Reply) -> ErrorAnswer | None:
    """The failure that the gateway in front of the API states in headers, whatever the body is."""
    code = reply.headers.get("x-bce-error-code", "")
    message = reply.headers.get("x-bce-error-message", "")
    if not code and not message:
        return None
    request_id = reply.headers.get("x-bce-request-id", "")
    return ErrorAnswer(reply.status, reply.headers, clean(code), clean(message), clean(request_id))


def _foreign(reply: Reply) -> ErrorAnswer:
    kind = clean(reply.headers.get("content-type", "").partition(";")[0]) or "no content type"
    target = clean(reply.headers.get("location", "").partition("?")[0])[:80]
    start = clean(reply.content[:200].decode("utf-8", "replace"))[:80]
    message = f"not an answer of the console API but {len(reply.content)} bytes ({kind})"
    message += f", sent on to {target}" if target else ""
    message += f": {start}" if start else ""
    return ErrorAnswer(reply.status, reply.headers, "", message, foreign=True)


def _parse(content: bytes) -> JSON:
    """The JSON value, or None where there is none (null is no envelope either)."""
    try:
        value: JSON = _DECODER.decode(content.removeprefix(BOM_UTF8).decode())
    except (ValueError, RecursionError):
        return None
    return value


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_not_json)


def _request_id(body: Mapping[str, JSON], headers: Mapping[str, str]) -> str:
    for key in ("requestId", "log_id", "logId"):
        value = body.get(key)
        if isinstance(value, str | int) and value != "":
            return clean(str(value))
    return headers.get("x-bce-request-id", "")


def _message(value: JSON) -> str:
    """A message as text; V1 prompt calls wrap theirs as `{"global": …}`, or name one field each."""
    if isinstance(value, dict):
        parts = (_text(item) if key == "global" else f"{key}: {_text(item)}" for key, item in value.items())
        return clean("; ".join(parts))
    return "" if value is None else clean(_text(value))


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_zero(value: JSON) -> bool:
    return value in (0, "0", "") and value is not False


def masked(reply: Reply, mask: Mask) -> Reply:
    """An answer without the keys that it echoes; before anything is cut off, so that no part stays."""
    headers = {name.lower(): mask.of(value) for name, value in reply.headers.items()}
    content = mask.of(reply.content.decode("latin-1")).encode("latin-1", "replace")
    return Reply(reply.status, headers, content)


_SIGNATURE = re.compile(r"bce-auth-v1/\S+")
_LONGEST = 500
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


def clean(text: str) -> str:
    """`text` fit for a message: printable, one line, at most 500 characters, no signature echoed back."""
    if _PLAIN.fullmatch(text):
        return text  # nearly always: an id
    shown = " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * _LONGEST]).split())
    shown = _SIGNATURE.sub("bce-auth-v1/…", shown)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
