"""Attribute values on one line: quoted only where ambiguous, long texts and ids shortened, never misread.

`transition` guarantees that two different values never look the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from qfops.core.values import ABSENT, UNOBSERVED, Reference, Sensitive, Slot, Unknown, Value, child, same
from qfops.render.layout import ELLIPSIS, cells, clean, clip

LIMIT = 48
# A prefix and at least twelve random letters and digits; names that users chose are not shortened.
_ID = re.compile(r"[a-z]{1,6}-(?=[a-z]*[0-9][a-z]*[0-9])[a-z0-9]{12,}")
_ID_KEPT = 4
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
# Words that stand for values that are no texts, and signs that our own lines use.
_WORDS = frozenset(("true", "false", "null", "absent", "not shown", "known after apply", "secret"))
_OUR_SIGNS = frozenset('"→│')
_SIGNS = _OUR_SIGNS | frozenset(",;:[]{}")


def show(value: Slot, limit: int = LIMIT) -> str:
    """`value` on one line of at most about `limit` cells; `limit` 0 shows all of it."""
    text = _show(value, limit, nested=False)
    return clip(text, limit) if limit else text


def _show(value: Slot, limit: int, *, nested: bool) -> str:
    if isinstance(value, str):
        return _text(value, limit, nested=nested)
    if isinstance(value, list):
        return "[" + _joined((_show(item, limit, nested=True) for item in value), limit) + "]"
    if isinstance(value, dict):
        pairs = (f"{clean(key)}: {_show(item, limit, nested=True)}" for key, item in value.items())
        return "{" + _joined(pairs, limit) + "}"
    return _scalar(value)


def _scalar(value: Slot) -> str:
    if value is ABSENT:
        return "absent"
    if value is UNOBSERVED:
        return "not shown"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, Sensitive):
        return f"secret {value.digest[:8]}{ELLIPSIS}"
    if isinstance(value, Unknown):
        return "known after apply"
    if isinstance(value, Reference):
        return f"ref {value}"
    return str(value)


def number(value: float) -> str:
    """A number as users write it: 10 for 10.0, 3e-5 for 3e-05."""
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return re.sub(r"e([-+])0+", r"e\1", repr(value)).replace("e+", "e")


def _joined(items: Iterator[str], limit: int) -> str:
    """Items separated by commas; stops reading soon after `limit` cells, so long lists cost nothing."""
    shown: list[str] = []
    used = 0
    for item in items:
        shown.append(item)
        used += cells(item) + 2
        if limit and used > limit:
            break
    return ", ".join(shown)


def _text(text: str, limit: int, *, nested: bool) -> str:
    if limit and _is_id(text):
        return short_id(text)
    body = text if not limit or len(text) <= limit else text[: limit + 1]
    shown = clean(body)
    ambiguous = (
        not text
        or shown != body
        or text in _WORDS
        or text != text.strip()
        or _NUMBER.fullmatch(text) is not None
        or text.startswith(("[", "{", "ref "))
        or not (_SIGNS if nested else _OUR_SIGNS).isdisjoint(body)
    )
    return clean(json.dumps(body, ensure_ascii=False)) if ambiguous else shown


def _is_id(text: str) -> bool:
    return all(_ID.fullmatch(part) for part in text.split("/"))


def short_id(text: str) -> str:
    """`amv-1p3o…` for a long id, part by part; anything else as it is."""
    return "/".join(_short(part) for part in text.split("/"))


def _short(part: str) -> str:
    if not _ID.fullmatch(part):
        return clean(part)
    prefix, _, rest = part.partition("-")
    return f"{prefix}-{rest[:_ID_KEPT]}{ELLIPSIS}"


def transition(before: Slot, after: Slot, limit: int = LIMIT) -> str:
    """`before → after`; where shortening would make different values look alike, both stand in full.

    >>> transition(0.3, 0.1), transition("amv-1p3o5i7u9ytr", "amv-1p3o8k2m4n6b")
    ('0.3 → 0.1', 'amv-1p3o5i7u9ytr → amv-1p3o8k2m4n6b')
    """
    if before is ABSENT and isinstance(after, (dict, list)):
        return f"added: {show(after, limit)}"
    if after is ABSENT:
        return f"{show(before, limit)} → removed"
    left, right = show(before, limit), show(after, limit)
    if left == right and not same(before, after):
        left, right = show(before, 0), show(after, 0)
    return f"{left} → {right}"


def fits(value: Slot, limit: int = LIMIT) -> bool:
    """Whether `value` stands whole on one line of `limit` cells (ids count as whole)."""
    if isinstance(value, str):
        return _is_id(value) or ("\n" not in value and len(value) <= limit and cells(value) <= limit)
    if isinstance(value, (list, dict)):
        return cells(_show(value, limit, nested=False)) <= limit
    return True


def leaves(before: Slot, after: Slot, path: str) -> Iterator[tuple[str, Slot, Slot]]:
    """The innermost paths at which two values differ, with both sides (ABSENT where one has nothing).

    Lists that grew or shrank are matched from both ends, so that one item put in front is one difference.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from _leaf(before.get(key, ABSENT), after.get(key, ABSENT), child(path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(before, after, path)
    else:
        yield from _leaf(before, after, path)


def _leaf(before: Slot, after: Slot, path: str) -> Iterator[tuple[str, Slot, Slot]]:
    if same(before, after):
        return
    if isinstance(before, (dict, list)) and type(before) is type(after):
        yield from leaves(before, after, path)
    else:
        yield path, before, after


def _items(before: Sequence[Value], after: Sequence[Value], path: str) -> Iterator[tuple[str, Slot, Slot]]:
    start, shortest = 0, min(len(before), len(after))
    while start < shortest and same(before[start], after[start]):
        start += 1
    end = 0
    while end < shortest - start and same(before[-1 - end], after[-1 - end]):
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    if len(old) == len(new):
        for index, (left, right) in enumerate(zip(old, new, strict=True), start):
            yield from _leaf(left, right, f"{path}[{index}]")
        return
    for index, item in enumerate(old, start):
        yield f"{path}[{index}]", item, ABSENT
    for index, item in enumerate(new, start):
        yield f"{path}[{index}]", ABSENT, item


def duration(seconds: float) -> str:
    """`8 h 52 min`, `52 min`, `43 s`, `2 d 3 h`: the two largest units."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 24 * 60:
        return _units(minutes, 60, "h", "min")
    return _units(round(minutes / 60), 24, "d", "h")


def _units(amount: int, base: int, large: str, small: str) -> str:
    whole, rest = divmod(amount, base)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def about(seconds: float) -> str:
    """A duration as a forecast, in one unit: `~9 h`."""
    for size, unit in ((86400.0, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"~{round(seconds / size)} {unit}"
    return f"~{max(1, round(seconds))} s"
