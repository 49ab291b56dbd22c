"""Reading a saved plan back, before `apply --plan` trusts it: whole, unchanged, and of a format we know.

What comes out is what identifies the plan; the plan itself is made again and must have the same digest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from qfops.core.canonical import digest, is_digest
from qfops.core.diagnostics import nearest
from qfops.core.errors import QfopsError, UsageError
from qfops.core.plan.actions import SUMMARY_KEYS, Action, Need, Verdict
from qfops.core.plan.plan import FORMAT_VERSION
from qfops.core.plan_options import KEYS, PlanOptions, read_arguments, read_options
from qfops.core.values import JSON

_REMEDY = "Make a new one: qfops plan --out FILE"
_ASK_FOR_NOTHING = (Action.NO_OP, Action.WAIT, Action.BLOCKED, Action.UNKNOWN)


def _keys(names: str) -> frozenset[str]:
    return frozenset(names.split())


# The keys of the published format; a reader refuses what it does not know: it might matter.
TOP = _keys(
    "formatVersion tool project environment state digest complete summary changes drift affected diagnostics "
    "stats checksum"
)
OPTIONAL = _keys("console stored")
"""Keys of the published format that stand only where there is something to say."""
NESTED: Mapping[str, frozenset[str]] = {
    "tool": _keys("name version command destroy arguments options"),
    "tool.options": KEYS,
    "state": _keys("lineage serial"),
    "console": _keys("endpoint account"),
    "stored": _keys("digest by at owed"),
    "stored.owed[]": _keys("address object action alike dropped"),
    "stats": _keys("calls retries seconds"),
    "summary": _keys(" ".join(SUMMARY_KEYS)),
    "changes[]": _keys(
        "address object action reason causes id dependsOn billable keeps destroys joined outputs gate "
        "needs lastDuration steps attributes"
    ),
    "changes[].causes[]": _keys("address path source file line"),
    "changes[].steps[]": _keys("id operation paths repeat billable"),
    "changes[].attributes[]": _keys("path prior live desired verdict reason"),
    "drift[]": _keys("address path prior live desired reason ignored revertible"),
    "diagnostics[]": _keys("severity code summary detail remedy address path file line column"),
}


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What identifies a saved plan, and what it takes to make it again.

    `command` and `options` are how it was made; `changes` are (address, object, action) in the order of the
    walk, and `needs` what all of them need beyond `--auto-approve`. `console` is the endpoint, if it
    says so.
    """

    digest: str
    project: str
    environment: str
    lineage: str
    serial: int
    complete: bool
    command: str
    options: PlanOptions
    changes: tuple[tuple[str, str, str], ...]
    needs: tuple[Need, ...]
    console: str = ""


def read_plan(data: JSON) -> PlanFile:
    """The saved plan that `data` (parsed JSON) is; QfopsError with the way out for anything doubtful."""
    if not isinstance(data, dict) or "formatVersion" not in data:
        _refuse("This is not a saved plan.", "A plan is a JSON object with formatVersion.")
    version = data["formatVersion"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        _refuse("This is not a saved plan.", f"formatVersion is {version!r}, not a whole number from 1.")
    if version > FORMAT_VERSION:
        raise QfopsError(
            f"The plan has format {version}; this qfops reads up to {FORMAT_VERSION}.",
            "It was written by a newer version.",
            "Apply it with that version, or make a new plan with this one: qfops plan --out FILE",
        )
    _check_keys(data)
    _check_digest(data["digest"])
    _check_sum(data)
    return _identity(data, version)


def _check_keys(data: Mapping[str, JSON]) -> None:
    _known(data, TOP | OPTIONAL, "")
    for place, keys in NESTED.items():
        for found in _at(data, place.split(".")):
            _known(found, keys, place)
    missing = sorted(TOP - data.keys())
    if missing:
        _refuse(f"The saved plan is not complete: {', '.join(missing)} missing.")


def _at(value: JSON | Mapping[str, JSON], parts: list[str]) -> list[Mapping[str, JSON]]:
    """Every object at a place such as `changes[].steps[]`; QfopsError where something else stands."""
    if not parts:
        if not isinstance(value, Mapping):
            _refuse("The saved plan is damaged.", f"{value!r} stands where an object belongs.")
        return [value]
    if not isinstance(value, Mapping):
        _refuse("The saved plan is damaged.", f"{value!r} stands where an object belongs.")
    name = parts[0].removesuffix("[]")
    inner = value.get(name)
    if inner is None:
        return []
    if name == parts[0]:
        return _at(inner, parts[1:])
    if not isinstance(inner, list):
        _refuse("The saved plan is damaged.", f"{name} is not a list.")
    return [found for item in inner for found in _at(item, parts[1:])]


def _known(found: Mapping[str, JSON], keys: frozenset[str], place: str) -> None:
    for key in found:
        if key not in keys:
            where = f" in {place}" if place else ""
            _refuse(
                f"The saved plan has a key {key!r}{where} that this qfops does not know.", nearest(key, keys)
            )


def _check_digest(found: JSON) -> None:
    """An approval names a whole digest, so a file that holds anything else is used wrongly."""
    if not isinstance(found, str) or not is_digest(found):
        raise UsageError("The saved plan has no whole digest.", f"{found!r} stands for it.", _REMEDY)


def _check_sum(data: Mapping[str, JSON]) -> None:
    rest = {key: value for key, value in data.items() if key != "checksum"}
    if data["checksum"] != digest(rest):
        _refuse("The saved plan was changed after it was written.", "Its checksum does not fit its content.")


def _identity(data: Mapping[str, JSON], version: int) -> PlanFile:
    tool, state, changes = data["tool"], data["state"], data["changes"]
    if not isinstance(tool, dict) or not isinstance(state, dict) or not isinstance(changes, list):
        _refuse("The saved plan is damaged.", "tool, state or changes has the wrong type.")
    serial = state.get("serial")
    if not isinstance(serial, int):
        _refuse("The saved plan is damaged.", "state.serial has the wrong type.")
    listed = [item for item in changes if isinstance(item, dict)]
    return PlanFile(
        digest=str(data["digest"]),
        project=str(data["project"]),
        environment=str(data["environment"]),
        lineage=str(state.get("lineage")),
        serial=serial,
        complete=data["complete"] is True,
        command=str(tool.get("command")),
        options=_options(tool, version),
        changes=tuple(
            (str(item.get("address")), str(item.get("object")), str(item.get("action"))) for item in listed
        ),
        needs=_needs(listed, version),
        console=_console(data),
    )


def _console(data: Mapping[str, JSON]) -> str:
    """The endpoint that the plan was made for; "" in a plan that does not say."""
    console = data.get("console")
    return str(console.get("endpoint", "")) if isinstance(console, dict) else ""


def _options(tool: Mapping[str, JSON], version: int) -> PlanOptions:
    """The options of a plan: values since format 2, words before."""
    name = "arguments" if version == 1 else "options"
    found = tool.get(name)
    try:
        if version == 1 and isinstance(found, list):
            return read_arguments([str(word) for word in found], destroy=tool.get("destroy") is True)
        if version > 1 and isinstance(found, dict):
            return read_options(found)
    except ValueError as error:
        _refuse("The saved plan is damaged.", f"{error}.")
    return _refuse("The saved plan is damaged.", f"tool.{name} is missing or has the wrong type.")


def _needs(changes: Sequence[Mapping[str, JSON]], version: int) -> tuple[Need, ...]:
    """What all changes need, each word once, in the order of the words."""
    needed = _implied if version == 1 else _stated
    words = {word for change in changes for word in needed(change)}
    return tuple(need for need in Need if need in words)


def _stated(change: Mapping[str, JSON]) -> Sequence[JSON]:
    stated = change.get("needs")
    if not isinstance(stated, list) or not all(word in tuple(Need) for word in stated):
        _refuse("The saved plan is damaged.", f"needs must be a list of {', '.join(Need)}.")
    return stated


def _implied(change: Mapping[str, JSON]) -> Iterator[Need]:
    """What a change of format 1 needs, which did not say so: it follows from what the change does."""
    action = change.get("action")
    if action in _ASK_FOR_NOTHING:
        return
    if action in (Need.DELETE, Need.DEACTIVATE):
        yield Need(str(action))
    elif change.get("destroys") or any(step.get("id") == "stop" for step in _at(change, ["steps[]"])):
        yield Need.REPLACE
    for vote in _at(change, ["attributes[]"]):
        if vote.get("verdict") == Verdict.REVERT:
            yield Need.REVERT_DRIFT
        if "overwrites console edit" in str(vote.get("reason")):
            yield Need.OVERWRITE


def _refuse(summary: str, detail: str = "") -> NoReturn:
    raise QfopsError(summary, detail, _REMEDY)
