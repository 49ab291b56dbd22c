"""One change carried out: its steps in order, each with its outcome, and the object read back at the end."""

from __future__ import annotations

import asyncio
import copy
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from qfops.core.address import Address
from qfops.core.errors import QfopsError, Stale
from qfops.core.observation import LiveObject, Observed
from qfops.core.paths import get, put
from qfops.core.plan import CURRENT, Action, Change, Event, Step, Verdict
from qfops.core.state import Entry, Record, Retired, State
from qfops.core.values import ABSENT, JSON, Marker, Reference, Unknown, Value, plain
from qfops.kinds.base import Call, Kind, Repeat
from qfops.kinds.wire import call_body, create_body, object_id
from qfops.planning.digest import fingerprint, held_paths
from qfops.planning.runs import Inputs, inputs_of
from qfops.planning.steps import operation_of
from qfops.planning.votes import compare
from qfops.reconcile import entries
from qfops.reconcile.calls import Caller, Finished, Request
from qfops.reconcile.looking import Searcher, counters
from qfops.reconcile.ports import Emit
from qfops.reconcile.search_keys import SearchKeys
from qfops.reconcile.waiting import Goal, NotReady, Waiter
from qfops.state.store import Session

_STATE_ONLY = ("link", "record", "forget", "retire", "move")


@dataclass(slots=True)
class Scene:
    """What all journeys of one walk share: the state as it grows, the refresh, locks and waits."""

    session: Session
    observed: Observed
    observed_at: float
    waiter: Waiter
    search: SearchKeys

    @property
    def state(self) -> State:
        """The state as it is now."""
        return self.session.state


class Journey:
    """The steps of one change."""

    def __init__(
        self, change: Change, kind: Kind, scene: Scene, caller: Caller, created: asyncio.Event, emit: Emit
    ) -> None:
        self.change, self.kind, self.scene, self.caller = change, kind, scene, caller
        self.created, self.emit = created, emit
        self.began = caller.clock.now()
        self.live: LiveObject | None = None
        self._desired: dict[str, JSON] | None = None

    async def run(self) -> None:
        """Every step, then the read-back. Raises what stopped it; what was done stays journaled."""
        await self._precondition()
        steps = self.change.steps
        for position, step in enumerate(steps):
            last = position == len(steps) - 1
            if step.repeat == "read":
                await self._wait(step, last=last)
            elif step.id in _STATE_ONLY:
                await self._note(step, last=last)
            else:
                await self._call(step, last=last)
        if self.change.action not in (Action.NO_OP, Action.MOVE) and not self._ends():
            await self._read_back()

    # What the change is about, at this moment

    def entry(self) -> Entry | None:
        """The entry of the address as it is now."""
        found = self.scene.state.entries.get(self.change.address)
        if found is None and self.change.moved_from is not None:
            return self.scene.state.entries.get(self.change.moved_from)
        return found

    def subject(self) -> tuple[str, Mapping[str, JSON], Mapping[str, JSON]]:
        """The id, outputs and attributes of the object that the steps act on."""
        entry = self.entry()
        if entry is None:
            return self.change.id, {}, {}
        if self.change.object == CURRENT or entry.id == self.change.object:
            return entry.id or "", entry.outputs, entry.attributes
        for item in entry.retired:
            if item.id == self.change.object:
                return item.id, item.outputs, item.attributes
        return self.change.id, {}, {}

    def desired(self) -> dict[str, JSON]:
        """The wanted attributes with every reference resolved to what state knows now."""
        if self._desired is None:
            assert self.change.resource is not None
            self._desired = {
                key: plain(self._resolved(value)) for key, value in self.change.resource.attributes.items()
            }
        return self._desired

    def _resolved(self, value: Value) -> Value:
        if isinstance(value, Unknown):
            value = value.reference
        if isinstance(value, Reference):
            entry = self.scene.state.entries.get(value.target)
            found = entry.outputs.get(value.output or "") if entry is not None else None
            if found is None:
                raise QfopsError(f"{value} has no value", f"{value.target} did not show it.", "Plan again.")
            return found
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        return value

    def inputs(self) -> Inputs:
        """What a run is made from."""
        container = self.kind.container
        known: Mapping[str, object] = {}
        value = (
            get(self.change.resource.attributes, container.path)
            if container and self.change.resource
            else None
        )
        if isinstance(value, Reference):
            entry = self.scene.state.entries.get(value.target)
            known = entry.attributes if entry is not None else {}
        elif isinstance(value, str) and container is not None:
            found = (self.scene.observed.find(key, value) for key in container.targets())
            known = next((live.attributes for live in found if live is not None), {})
        return inputs_of(self.kind, self.desired(), known)

    def _ends(self) -> bool:
        return self.change.action in (Action.DELETE, Action.DEACTIVATE, Action.FORGET, Action.RETIRE)

    # Steps

    async def _precondition(self) -> None:
        """An object that we are about to change or end must still be what the plan saw, if that was long ago."""
        acts = self.change.action in (Action.UPDATE, Action.REPLACE, Action.DELETE, Action.DEACTIVATE)
        age = self.caller.clock.now() - self.scene.observed_at
        if not acts or not self.change.id or self.kind.read is None or age < self.caller.wait.visibility:
            return
        object_name, outputs, attributes = self.subject()
        live = await Searcher(self.caller.console, self.kind).read(outputs)
        before = self.scene.observed.find(self.kind.key, object_name)
        held = held_paths(self.change.attributes)
        if before is None or (live is None and self._ends()):
            return
        was = fingerprint(self.kind, before, attributes, held)
        if live is None or fingerprint(self.kind, live, attributes, held) != was:
            raise Stale(f"{object_name} changed in the console since the plan was made", remedy="Plan again.")

    async def _call(self, step: Step, *, last: bool) -> None:
        name = operation_of(step)
        self.emit(Event(self.caller.clock.now(), "progress", str(self.change.address), str(self.change.action),
                        step.id, step.operation))  # fmt: skip
        if name == "create":
            await self._create(last=last)
            self.created.set()
            return
        await self.caller.call(await self._request(name, step, last=last))

    async def _create(self, *, last: bool) -> None:
        desired, operation = self.desired(), self.kind.create
        resource = self.change.resource
        assert resource is not None
        extra = {key: plain(self._resolved(value)) for key, value in resource.extra.items()}
        planned = entries.fresh(
            replace(self.change, entry=self.entry()),
            self.kind,
            desired,
            self.inputs(),
            self.caller.clock.now(),
        )

        def finish(result: JSON) -> Finished:
            outputs = self._outputs(result, operation.result)
            found = object_id(self.kind, outputs)
            if not found:
                raise QfopsError(f"{operation.action} answered without {' or '.join(self.kind.id)}")
            return Finished(entries.made(planned, found, outputs), found, outputs)

        async with self.scene.search.alone(self.kind, desired):
            before = await self.scene.search.before(self.kind, desired)
            body = create_body(self.kind, desired, extra)
            await self.caller.call(
                Request(
                    self.change.address,
                    self.kind,
                    operation,
                    "create",
                    body,
                    planned,
                    finish,
                    attributes=desired,
                    before=list[JSON](before),
                    last=last,
                )  # fmt: skip
            )

    def _outputs(self, result: JSON, bare: str) -> dict[str, JSON]:
        if isinstance(result, dict):
            names = {output.name for output in self.kind.outputs}
            return {
                name: value for name, value in result.items() if name in names and value not in (None, "")
            }
        return {bare: result} if bare and result else {}

    async def _request(self, name: str, step: Step, *, last: bool) -> Request:
        """One call on an object that exists."""
        operation = self.kind.operations[name]
        object_name, outputs, attributes = self.subject()
        entry = self.entry()
        assert entry is not None
        ends = name in ("delete", "deactivate", "release", "stop")
        wanted = {} if ends else self.desired()
        planned = entry
        if not ends:
            planned = entries.changed(entry, self.change, wanted, step.paths)
        elif last:
            gone = entries.ended(entry, object_name)
            return self._ending(name, step, operation_outputs=outputs, planned=gone, last=last)
        call = await self._as_call(name, step, object_name, outputs, attributes, wanted)
        request = Request(
            self.change.address, self.kind, operation, step.id,
            call_body(self.kind, operation, call, step.paths), planned, lambda _: Finished(planned, object_name),
            object=self.change.object, attributes={} if ends else planned.attributes, outputs=outputs,
            ends=ends, last=last,
        )  # fmt: skip
        if operation.repeat is Repeat.LOOK_UP:
            before = counters(self.kind, Record("intent", "", None, step.id), await self._now(outputs))
            return replace(request, before=before)
        return request

    def _ending(
        self,
        name: str,
        step: Step,
        *,
        operation_outputs: Mapping[str, JSON],
        planned: Entry | None,
        last: bool,
    ) -> Request:
        """The call with which an object leaves state."""
        operation = self.kind.operations[name]
        object_name = self.subject()[0]
        body = call_body(self.kind, operation, Call(object_name, operation_outputs, {}, {}))
        return Request(
            self.change.address, self.kind, operation, step.id, body, planned,
            lambda _: Finished(planned, object_name), object=self.change.object, outputs=operation_outputs,
            ends=True, last=last,
        )  # fmt: skip

    async def _as_call(
        self, name: str, step: Step, object_name: str, outputs: Mapping[str, JSON],
        attributes: Mapping[str, JSON], wanted: Mapping[str, JSON],
    ) -> Call:  # fmt: skip
        """What the body is made from: live values, with the changed paths laid over them."""
        del attributes
        operation = self.kind.operations[name]
        live = self.scene.observed.find(self.kind.key, object_name)
        if operation.encode is not None and operation.repeat is Repeat.LOOK_UP:
            live = await self._now(outputs)
        shown: dict[str, JSON] = dict(live.attributes) if live is not None else {}
        if operation.sends == "item" and step.paths:
            return Call(object_name, outputs, wanted, shown, step.paths[0], _item(wanted, step.paths[0]))
        if operation.sends == "keyed" and step.paths:
            vote = next((v for v in self.change.attributes if v.path == step.paths[0]), None)
            value = plain(vote.desired) if vote and not isinstance(vote.desired, Marker) else None
            return Call(object_name, outputs, wanted, shown, step.paths[0], value)
        if operation.encode is not None:
            return Call(object_name, outputs, wanted, shown, step.paths[0] if step.paths else "")
        return Call(object_name, outputs, self._overlaid(shown, wanted, step), shown)

    def _overlaid(self, shown: Mapping[str, JSON], wanted: Mapping[str, JSON], step: Step) -> dict[str, JSON]:
        """The values that shall hold afterwards: what is there, what changes, what the call needs besides."""
        result: dict[str, Value] = copy.deepcopy(dict(shown))
        for path in self.kind.operations[operation_of(step)].requires:
            if path in wanted and path not in result:
                result[path] = wanted[path]
        for vote in self.change.attributes:
            if vote.path not in step.paths:
                continue
            value = get(wanted, vote.path)
            value = vote.desired if value is ABSENT else value
            if not isinstance(value, Marker):
                put(result, vote.path, self._resolved(value))
        return {key: plain(value) for key, value in result.items()}

    async def _now(self, outputs: Mapping[str, JSON]) -> LiveObject:
        live = await Searcher(self.caller.console, self.kind).read(outputs)
        if live is None:
            raise Stale(f"{self.change.address} is gone from the console", remedy="Plan again.")
        return live

    async def _wait(self, step: Step, *, last: bool) -> None:
        name, _, _ = step.id.partition(".")
        operation = self.kind.operations.get(name.partition("[")[0] if name != "ready" else "create")
        makes = self.change.action in (Action.CREATE, Action.RUN, Action.REPLACE)
        until = operation.until if operation and (step.id != "ready" or makes) else {}
        goal = Goal(until, fails=name != "stop")
        _, outputs, _ = self.subject()

        def tell(live: LiveObject) -> None:
            self.emit(Event(self.caller.clock.now(), "progress", str(self.change.address),
                            str(self.change.action), step.id, live.status))  # fmt: skip

        try:
            self.live = await self.scene.waiter.until(self.kind, outputs, goal, tell)
        except NotReady as error:
            await self._write(step.id, self._seen(), message=str(error))
            raise
        if last and self._ends():
            entry = self.entry()
            assert entry is not None
            await self._write(step.id, entries.ended(entry, self.subject()[0]), done=True)
        else:
            await self._write(step.id, self._seen(), done=last)

    def _seen(self) -> Entry | None:
        entry = self.entry()
        if entry is None or self.change.object != CURRENT:
            return entry
        seconds = self.caller.clock.now() - self.began if self.change.action is not Action.UPDATE else 0.0
        return replace(entries.seen(entry, self.live), seconds=max(entry.seconds, seconds))

    async def _note(self, step: Step, *, last: bool) -> None:
        """A step that only changes state."""
        entry, change = self.entry(), self.change
        others: dict[Address, Entry | None] = {}
        after: Entry | None
        if step.id == "move" and change.moved_from is not None and entry is not None:
            others[change.moved_from] = None
            after = entries.recorded(replace(entry, address=change.address), change, self.desired(), None)
        elif step.id == "link":
            after = self._linked(others)
            self.created.set()
        elif step.id == "forget":
            after = entries.ended(entry, self.subject()[0]) if entry is not None else None
        elif step.id == "retire":
            after = entries.put_aside(entry, change.reason) if entry is not None else None
        else:
            live = self.scene.observed.find(self.kind.key, change.id)
            after = entries.recorded(entry, change, self.desired(), live) if entry is not None else None
        await self._write(step.id, after, others=others, done=last)

    def _linked(self, others: dict[Address, Entry | None]) -> Entry:
        live = self.scene.observed.find(self.kind.key, self.change.link)
        owner = self.change.moved_from or self.change.address
        entry = self.scene.state.entries.get(owner)
        item = next((i for i in entry.retired if i.id == self.change.link), None) if entry else None
        now = self.caller.clock.now()
        if item is None:
            assert live is not None
            return entries.adopted(self.change, self.kind, self.desired(), self.inputs(), live, now)
        if entry is not None and owner != self.change.address:
            kept: tuple[Retired, ...] = tuple(i for i in entry.retired if i.id != item.id)
            left = replace(entry, retired=kept)
            others[owner] = left if left.id is not None or kept else None
        current = replace(self.change, entry=self.scene.state.entries.get(self.change.address))
        linked = entries.relinked(current, self.kind, item, live)
        if self.kind.run:
            inputs = self.inputs()
            values = {path: plain(value) for path, value in inputs.values.items()}
            linked = replace(linked, attributes=self.desired(), inputs=values)
        return linked

    async def _write(
        self, step: str, entry: Entry | None, *, others: Mapping[Address, Entry | None] | None = None,
        done: bool = False, message: str = "",
    ) -> None:  # fmt: skip
        journal = self.caller.journal
        await journal.session.append(
            Record(
                "outcome",
                uuid.uuid4().hex,
                self.change.address,
                step,
                object=self.change.object,
                entries={**(others or {}), self.change.address: entry},
                at=self.caller.clock.now(),
                by=journal.by,
                commit=journal.commit,
                message=message,
                done=done,
            )  # fmt: skip
        )

    async def _read_back(self) -> None:
        """What the object shows now becomes its outputs and status; a difference is said, not hidden."""
        entry = self.entry()
        if entry is None or entry.id is None:
            return
        if self.live is None and any(step.operation for step in self.change.steps):
            self.live = await Searcher(self.caller.console, self.kind).read(entry.outputs)
            if self.live is None:
                self._say("accepted; the console does not show it yet")
                return
        if self.live is None:
            return
        after = entries.seen(entry, self.live)
        if after != entry:
            await self._write("record", after)
        for path in self._unconverged(after):
            self._say(f"accepted, but the console does not show {path} as applied yet")

    def _unconverged(self, entry: Entry) -> list[str]:
        assert self.live is not None
        held = (Verdict.NOTE, Verdict.SAME)
        votes = compare(self.kind, entry.attributes, entry.attributes, self.live)
        known = {
            vote.path for vote in self.change.attributes if vote.verdict in (Verdict.DRIFT, Verdict.IGNORED)
        }
        return [vote.path for vote in votes if vote.verdict not in held and vote.path not in known]

    def _say(self, message: str) -> None:
        self.emit(Event(self.caller.clock.now(), "progress", str(self.change.address),
                        str(self.change.action), "record", message))  # fmt: skip


def _item(wanted: Mapping[str, JSON], path: str) -> JSON:
    value = get(wanted, path)
    return None if isinstance(value, Marker) else plain(value)
