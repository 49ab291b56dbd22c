"""Before and after: an object is still what the plan saw, and shows afterwards what was applied."""

from __future__ import annotations

from qfops.core.errors import Stale
from qfops.core.observation import LiveObject
from qfops.core.plan import Action, Verdict
from qfops.core.state import Entry
from qfops.kinds.flatten import flatten
from qfops.planning.digest import fingerprint, held_paths
from qfops.planning.votes import compare
from qfops.reconcile.looking import Searcher
from qfops.reconcile.subject import Subject

_TOUCHES = (Action.UPDATE, Action.REPLACE, Action.DELETE, Action.DEACTIVATE)
_HELD = (Verdict.DRIFT, Verdict.IGNORED)


async def unmoved(subject: Subject, searcher: Searcher) -> None:
    """Raise Stale where an object that is about to change or end is not what the plan saw any more."""
    change, kind = subject.change, subject.kind
    before = subject.seen()
    if change.action not in _TOUCHES or not change.id or kind.read is None or before is None:
        return
    found = subject.named()
    live = await searcher.read(found.outputs)
    if live is None and subject.ends:
        return
    held = held_paths(change.attributes)
    ours = flatten(kind, dict(found.attributes))
    paths = [path for path in flatten(kind, dict(before.attributes)) if path in ours]
    if live is None or fingerprint(kind, live, paths, held) != fingerprint(kind, before, paths, held):
        raise Stale(f"{found.id} changed in the console since the plan was made", remedy="Plan again.")


def unconverged(subject: Subject, entry: Entry, live: LiveObject) -> list[str]:
    """The paths that the console does not show as applied; console edits left alone are no news."""
    known = {vote.path for vote in subject.change.attributes if vote.verdict in _HELD}
    votes = compare(subject.kind, entry.attributes, entry.attributes, live)
    quiet = (Verdict.NOTE, Verdict.SAME)
    return [vote.path for vote in votes if vote.verdict not in quiet and vote.path not in known]
