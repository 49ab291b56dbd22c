"""What the calls of a change buy, and what stays billed after an end; read off descriptor and values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qfops.core.paths import get
from qfops.core.plan.change import AttributeChange
from qfops.core.plan.steps import Bought, Call, Step
from qfops.core.values import ABSENT, JSON, Slot, Value, same
from qfops.kinds.base import EXTRA, Kind
from qfops.kinds.ids import more_ids
from qfops.kinds.operations import Buys


def priced(
    kind: Kind, attributes: Mapping[str, Value], votes: Sequence[AttributeChange], steps: Iterable[Step]
) -> tuple[Step, ...]:
    """The steps, each call with what it buys."""
    return tuple(
        replace(step, bought=_bought(kind, step.operation, attributes, votes))
        if isinstance(step, Call) and step.operation in kind.operations
        else step
        for step in steps
    )


def _bought(
    kind: Kind, operation: str, attributes: Mapping[str, Value], votes: Sequence[AttributeChange]
) -> Bought | None:
    """What one operation buys; None: nothing.

    What cannot be told counts as for good: only terms that say so can be given back, and only what is known
    by its id.
    """
    buys = kind.operations[operation].buys
    terms = _sent(attributes) if operation == "create" else attributes
    if buys is None or _is_free(buys, terms):
        return None
    more = ABSENT if operation == "create" else _added(buys, votes)
    return Bought(_words(buys, terms, more), for_good=not (_returnable(buys, terms) and bool(buys.learns)))


def billed_on(kind: Kind, attributes: Mapping[str, JSON], outputs: Mapping[str, JSON]) -> str:
    """What stays billed once an object of these attributes has ended; "" for kinds that buy nothing."""
    buys, release = kind.create.buys, kind.operations.get("release")
    if buys is None or release is None:
        return ""
    terms = _sent(attributes)
    if _names_nothing(buys, terms):
        return "What it ran on was not bought by qfops: it stays billed as before."
    if _is_free(buys, terms):
        return "Nothing of it stays billed."
    own = [str(outputs[name]) for name in release.keys.values() if outputs.get(name)]
    if not _returnable(buys, terms):
        ids = ", ".join([*own, *more_ids(release, outputs)])
        what = f"{_words(buys, terms, ABSENT)} ({ids})" if ids else _words(buys, terms, ABSENT)
        timing = _at(terms, buys.timing)
        return f"{timing} compute stays billed until its time is over, no call gives it back: {what}."
    if len(own) < len(release.keys):
        return "Compute that qfops did not buy, or does not know by its id, is not released: it stays billed."
    return _of_raises(buys, terms, outputs.get(release.also))


def _of_raises(buys: Buys, terms: Mapping[str, Value], ids: JSON) -> str:
    """What stays billed of the compute that raises bought: that of which nobody knows the id."""
    if isinstance(ids, list):
        unnamed = sum(not item for item in ids)
        if not unnamed:
            return "Nothing of it stays billed."
        times = "once" if unnamed == 1 else f"{unnamed} times"
        return f"Compute bought {times} without learning its id stays billed until released in the console."
    if same(_at(terms, buys.amount), 1):
        return "Nothing of it stays billed."
    return "If an earlier version of qfops raised it, what that bought has no known id: it stays billed."


def _is_free(buys: Buys, terms: Mapping[str, Value]) -> bool:
    """Whether nothing is bought: no compute is named, or its use is paid for in another way."""
    path, value = buys.unless
    other_way = _returnable(buys, terms) and same(_at(terms, path), value)
    return other_way or _names_nothing(buys, terms)


def _names_nothing(buys: Buys, terms: Mapping[str, Value]) -> bool:
    return all(_at(terms, path) is ABSENT for path in (buys.amount, buys.unit, buys.timing))


def _returnable(buys: Buys, terms: Mapping[str, Value]) -> bool:
    timing = _at(terms, buys.timing)
    return any(same(timing, value) for value in buys.given_back)


def _sent(attributes: Mapping[str, Value]) -> Mapping[str, Value]:
    """What a create sends: `extra` is laid over the attributes, so it decides."""
    extra = attributes.get(EXTRA)
    return _over(attributes, extra) if isinstance(extra, dict) else attributes


def _over(under: Mapping[str, Value], over: Mapping[str, Value]) -> dict[str, Value]:
    found = dict(under)
    for key, value in over.items():
        below = found.get(key)
        found[key] = _over(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return found


def _at(terms: Mapping[str, Value], path: str) -> Slot:
    return get(dict(terms), path)


def _added(buys: Buys, votes: Sequence[AttributeChange]) -> Slot:
    """How many are added to those that are there; ABSENT where that cannot be told."""
    vote = next((vote for vote in votes if vote.path == buys.amount), None)
    if vote is None:
        return ABSENT
    before, after = (vote.live if isinstance(vote.live, int) else vote.prior), vote.desired
    return after - before if isinstance(before, int) and isinstance(after, int) else ABSENT


def _words(buys: Buys, terms: Mapping[str, Value], more: Slot) -> str:
    amount, unit = _at(terms, buys.amount), _at(terms, buys.unit)
    count = f"{more} more ×" if isinstance(more, int) else f"{amount} ×" if isinstance(amount, int) else ""
    words = " ".join(word for word in (count, unit if isinstance(unit, str) else "compute") if word)
    return words if _returnable(buys, terms) else f"{words}, {_term(buys, terms)}"


def _term(buys: Buys, terms: Mapping[str, Value]) -> str:
    """How it is paid for, and for how long: `prepaid for 1 Month, renewed automatically`."""
    timing, term = _at(terms, buys.timing), _at(terms, buys.term)
    words = timing.lower() if isinstance(timing, str) else "on terms that are not known"
    if not isinstance(term, dict):
        return words
    length = f"{term.get('reservationLength')} {term.get('reservationTimeUnit')}"
    return f"{words} for {length}" + (", renewed automatically" if term.get("autoRenew") is True else "")
