"""One refresh of the console: by lists; a detail is read only where a list does not show enough.

Missing, forbidden and could-not-tell are three answers. Only a list read to its end, or a read that says so,
makes an object missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from qfops.core.address import KindKey, ObjectKey
from qfops.core.errors import ApiError
from qfops.core.observation import LiveObject, Observed, Place, Searched, Unsearched
from qfops.kinds.base import Kind
from qfops.kinds.bodies import names_all
from qfops.kinds.live_values import unobserved
from qfops.kinds.registry import Registry
from qfops.kinds.status import is_final, phase_of, remembered, untold, with_status
from qfops.objects.answers import CannotTell, Missing, Shown
from qfops.objects.objects import Objects
from qfops.reconcile.concurrency import together
from qfops.reconcile.ports import Console
from qfops.reconcile.refresh_targets import (
    RefreshScope,
    Target,
    kinds_to_list,
    lists_to_read,
    targets_of,
)

_LATE = "made a moment ago and not in the list yet"


async def refresh(console: Console, objects: Objects, registry: Registry, wanted: RefreshScope) -> Observed:
    """One refresh. Raises ApiError when the console cannot be reached or does not accept the keys at all."""
    found = _Refresh(objects, registry, wanted)
    await found.run()
    stats = console.stats
    return Observed(
        found.inventory,
        frozenset(found.missing),
        found.unreadable,
        console.account,
        stats.calls,
        stats.retries,
        stats.seconds,
        found.searches,
    )


class _Refresh:
    """What one refresh has found so far; every answer in it began when the refresh did, or later."""

    def __init__(self, objects: Objects, registry: Registry, wanted: RefreshScope) -> None:
        self.objects, self.registry, self.wanted = objects, registry, wanted
        self.since = objects.moment()
        self.inventory: dict[KindKey, dict[str, LiveObject]] = {}
        self.searches: dict[Place, Searched | Unsearched] = {}
        self.missing: set[ObjectKey] = set()
        self.unreadable: dict[ObjectKey, str] = {}

    async def run(self) -> None:
        targets = list(targets_of(self.registry, self.wanted))
        kinds = kinds_to_list(self.registry, self.wanted, targets)
        await together(
            self._list(kind, scope) for kind, scope in lists_to_read(kinds, targets, self.wanted.resources)
        )
        await together(self._part(item, live) for item, live in self._with_part(targets))
        await together(self._detail(item) for item in targets if self._needs_read(item))
        self._remember(targets)

    async def _list(self, kind: Kind, scope: str) -> None:
        listed = await self.objects.list(kind, scope, since=self.since)
        if isinstance(listed, CannotTell):
            _unless_fatal(listed)
        else:
            self.inventory.setdefault(kind.key, {}).update(listed.objects)
        self.searches[Place(kind.key, scope)] = listed.search

    def _live(self, item: Target) -> LiveObject | None:
        return self.inventory.get(item.kind.key, {}).get(item.id)

    def _show(self, item: Target, live: LiveObject) -> None:
        self.inventory.setdefault(item.kind.key, {})[item.id] = live

    def _with_part(self, targets: Iterable[Target]) -> Iterable[tuple[Target, LiveObject]]:
        """The objects whose part is declared: the version that was made with a dataset."""
        for item in targets:
            part, live = item.kind.part, self._live(item)
            if part is not None and live is not None and any(p in item.declared for p in part.owned_when):
                yield item, live

    async def _part(self, item: Target, live: LiveObject) -> None:
        assert item.kind.part is not None
        ours = item.outputs.get(item.kind.part.key)
        found = await self.objects.part(item.kind, item.id, ours, since=self.since)
        if isinstance(found, Shown):
            self._show(item, live.completed(found.object))
            return
        if isinstance(found, Missing):
            if self._young(item):
                return  # its list may be late; the read of the part says more
            # Its list shows the object: only the part is gone, and no call makes that again.
            self.unreadable[item.key] = f"{ours} is gone, which was made with it; the object itself is there"
        else:
            self.unreadable[item.key] = _unless_fatal(found)
            if found.error is not None:
                return  # the object itself is in its list; only its part could not be read
        del self.inventory[item.kind.key][item.id]

    def _needs_read(self, item: Target) -> bool:
        """Whether lists do not say enough of an object; most need no read, and so no task."""
        live = self._live(item)
        if live is None:
            return item.key not in self.missing and item.key not in self.unreadable and self._absent(item)
        if not item.kind.readiness.fields or (live.status and not self._untold(item, live)):
            return item.detail or unobserved(item.kind, live, item.declared)
        if not item.detail and item.fixed and is_final(item.kind, item.status):
            self._show(item, replace(live, status=item.status, phase=phase_of(item.kind, item.status)))
            return False
        return True

    @staticmethod
    def _untold(item: Target, live: LiveObject) -> bool:
        """Whether neither this answer nor what was shown before says how far the object is."""
        if len(live.status) == len(item.kind.readiness.fields):
            return False
        known = {**remembered(item.kind, item.attributes, live.status, item.status), **live.status}
        return bool(untold(item.kind, item.attributes, known))

    def _remember(self, targets: Iterable[Target]) -> None:
        """What an object has shown once counts where nothing is shown of it any more."""
        for item in targets:
            live = self._live(item)
            if live is not None and untold(item.kind, item.attributes, live.status):
                words = remembered(item.kind, item.attributes, live.status, item.status)
                self._show(item, with_status(item.kind, live, words))

    def _young(self, item: Target) -> bool:
        """Whether the object was made so short a time ago that a list need not show it yet."""
        return self.wanted.now - item.created < self.wanted.visibility

    def _absent(self, item: Target) -> bool:
        """Not in any list: missing, if the list was read to its end and the object is not brand-new; else
        whether a read of its own can say more."""
        search = self.searches.get(Place(item.kind.key, item.scope), Unsearched("it was not listed"))
        if isinstance(search, Searched) and not self._young(item):
            self.missing.add(item.key)
            return False
        if item.kind.read is None or not names_all(item.kind.read, item.outputs):
            self.unreadable[item.key] = search.reason if isinstance(search, Unsearched) else _LATE
            return False
        return True

    async def _detail(self, item: Target) -> None:
        """Complete what a list showed, or find out why it showed nothing."""
        live = self._live(item)
        outputs = {**item.outputs, **(live.outputs if live else {})}
        if item.kind.read is None or not names_all(item.kind.read, outputs):
            return
        found = await self.objects.read(item.kind, outputs, since=self.since)
        if isinstance(found, Shown):
            self._show(item, _joined(item.kind, found.object, live) if live else found.object)
        elif isinstance(found, CannotTell) and found.fatal:
            _unless_fatal(found)
        elif live is not None and item.kind.reads_part:
            return  # the read is of the part; the object itself is in its list
        elif isinstance(found, Missing) and found.listed and self._young(item):
            self.unreadable[item.key] = _LATE
        elif isinstance(found, Missing):
            self.missing.add(item.key)
            self.inventory.get(item.kind.key, {}).pop(item.id, None)
        elif live is None or not live.status:
            self.unreadable[item.key] = found.reason


def _joined(kind: Kind, read: LiveObject, listed: LiveObject) -> LiveObject:
    """An object as its read shows it, with what only the list shows."""
    return with_status(kind, read.completed(listed), listed.status)


def _unless_fatal(answer: CannotTell) -> str:
    """Why it cannot be told; the error itself where nothing else will work either."""
    if answer.fatal and isinstance(answer.error, ApiError):
        raise answer.error
    return answer.reason
