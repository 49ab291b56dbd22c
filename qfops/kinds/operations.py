"""The calls of a kind as data: writes, reads, lists, and what of an object goes into each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from qfops.core.plan.steps import Repeat
from qfops.core.values import JSON
from qfops.kinds.findings import Finding

__all__ = ["CallValues", "Listing", "Operation", "Part", "Read", "Repeat"]


@dataclass(frozen=True, slots=True)
class CallValues:
    """What an `encode` hook sees: the object, what is wanted, what was seen, and the item or path at hand."""

    id: str
    outputs: Mapping[str, JSON]
    attributes: Mapping[str, JSON]
    live: Mapping[str, JSON]
    path: str = ""
    item: JSON = None


@dataclass(frozen=True, slots=True)
class Buys:
    """What an operation buys beside what it does, as paths of the attributes.

    `amount` says how many, `unit` of what, `timing` how it is paid for: a call can give it back only where
    that is one of `given_back`. `term` says for how long. Nothing is bought where `unless` (path, value) is
    so. `learns` is the output that names it; where that is a list, `key` is what the answer calls the id, and
    each purchase adds to the list. "": nothing names it, so nothing gives it back.
    """

    amount: str
    unit: str
    timing: str
    given_back: tuple[str, ...]
    term: str
    unless: tuple[str, JSON]
    learns: str = ""
    key: str = ""

    @property
    def adds_to(self) -> str:
        """The output that is a list of what was bought; "" where there is none."""
        return self.learns if self.key else ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One mutating action.

    `route` is the kind's own unless given. `repeat` says whether a lost answer may be answered by calling
    again. `keys` are body keys filled from the object's outputs (wire key to output name). `sends` says which
    attributes go into the body: "all" (a create), "changed" (an update: the whole top-level attributes that
    changed), "item" (an appended list item), "keyed" (one item of a keyed set: its key and the changed
    field), or "nothing". `requires` are attributes that the call needs though they did not change; they go
    with their live value. `result` names the output that a bare string answer is. `until` maps status
    fields to the words that end the wait after this call. `when` is a condition on the attributes
    (path, value) for the step to be planned at all. `counters` are observed outputs that tell whether a lost
    call took effect. `buys` says what it buys. `also` is an output that lists more objects to name, each in a
    call of its own. `encode` makes the whole body where no rule above can say it, or says why the call must
    not be sent as things stand.
    """

    action: str
    repeat: Repeat
    route: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    sends: Literal["all", "changed", "item", "keyed", "nothing"] = "nothing"
    requires: tuple[str, ...] = ()
    result: str = ""
    billable: bool = False
    until: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    when: tuple[str, JSON] | None = None
    counters: tuple[str, ...] = ()
    buys: Buys | None = None
    also: str = ""
    encode: Callable[[CallValues], dict[str, JSON] | Finding] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """The action that shows one object in full; `keys` as in Operation."""

    action: str
    keys: Mapping[str, str]
    route: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is read to its end, by marker pages.

    `items` is the key of the array. `scope` is the attribute that names the container when the list is of one
    container's content ("jobId"): one call per container. `each` is a key of the items that itself lists
    the ids of the objects (the versions of a model set); `carry` copies item keys into their attributes.
    `body` are fixed request fields. `route` may differ from the kind's.
    """

    action: str
    items: str
    scope: str = ""
    each: str = ""
    carry: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, JSON] = field(default_factory=dict)
    route: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A second object that belongs to the manifest because the API makes both together.

    `listing` shows the parts of one object (scoped by the object's id under `listing.scope`); the part of
    this resource is the one whose `key` equals the output of the same name, and its keys are merged into what
    is seen. The resource owns a part only when one of the attributes `owned_when` is declared; without
    any, the part is only looked for when the answer to a create was lost. `made_with` is what the part shows
    that the console makes together with the object: by it the part is known while its key is not.
    """

    listing: Listing
    key: str
    owned_when: tuple[str, ...]
    made_with: Mapping[str, JSON] = field(default_factory=dict)

    def among(self, items: Iterable[Mapping[str, JSON]], key: JSON) -> Mapping[str, JSON] | None:
        """The part among the items of its list, `key` None when it is not known yet; None: nothing sure."""
        if key is not None:
            return next((item for item in items if item.get(self.key) == key), None)
        made = self.made_with.items()  # what an item does not show is no evidence against it
        fitting = [item for item in items if all(item.get(name, value) == value for name, value in made)]
        return fitting[0] if len(fitting) == 1 else None
