"""How often the console is asked: twice as many objects cost about twice as many requests, not more.

Every request that reached the emulator counts, and every page of a list is one. Lists have pages of two
objects here, so that what a list costs grows with its objects: whoever lists once per object is seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.resource import Resource
from qfops.core.settings import Limits, Settings
from qfops.core.values import Reference, Value
from qfops.kinds.registry import load
from qfops.kinds.rules import RuleType
from qfops.objects.answers import Moment
from qfops.objects.lists import ListCall, Reading, SharedLists
from tests.invariants.cases import CASES, Case
from tests.support.bench import WHOLE, Bench, actions, ref, resource, trouble
from tests.support.fixtures import closing
from tests.support.project import imported, run

PAGE = 2
SIZES = (4, 8, 16)
MANY, MOST_PAGES = 300, 10
LISTS = {kind.listing.action for kind in load().kinds.values() if kind.listing is not None}
CALLED = {RuleType.UPDATABLE, RuleType.APPEND_ONLY, RuleType.ONE_WAY}
JOBS = next(case for case in CASES if case.kind.name == "FineTuningJob")
# Many runs are started at once, and all objects are changed at once.
UNLIMITED = Settings("demo", limits=Limits(missing=1.0, change=1.0, runs=MANY))
DESTROY = PlanOptions(scope=Scope.DESTROY)

NEXT = {"faq-a": "faq-b", "faq-base": "faq-next"}
"""The model of the same set that a service is given instead, by the one that it has."""

Attributes = Mapping[str, Value]
Asked = Mapping[str, Counter[str]]


def _longer(attributes: Attributes) -> dict[str, Value]:
    if attributes.get("publish"):
        return {}
    files = attributes.get("import", [])
    assert isinstance(files, list)
    return {"import": [*files, {"files": ["bos:/acme/faq/more.jsonl"]}]}


def _reworded(attributes: Attributes) -> dict[str, Value]:
    return {"templateContent": f"{attributes['templateContent']}!"}


def _exchanged(attributes: Attributes) -> dict[str, Value]:
    model = attributes["modelId"]
    assert isinstance(model, Reference)
    return {"modelId": ref(f"Model/{NEXT[model.target.name]}")}


# What is edited, by kind: empty where the attributes leave nothing to edit that a call changes.
EDITS: Mapping[str, Callable[[Attributes], dict[str, Value]]] = {
    "Dataset": _longer,
    "DatasetVersion": _longer,
    "PromptTemplate": _reworded,
    "Service": _exchanged,
}


# --- in proportion


def test_every_kind_that_can_be_edited_is() -> None:
    """Of a kind of which a call changes something, at least one case is edited."""
    changing = {key for key, kind in load().kinds.items() if any(rule.type in CALLED for rule in kind.rules)}
    assert {case.kind for case in CASES if edit_of(subject_of(case))} == changing


@pytest.mark.parametrize("case", CASES, ids=str)
def test_twice_the_objects_cost_about_twice_the_requests(case: Case, tmp_path: Path) -> None:
    """Creating, planning nothing, editing and destroying: no command costs more than in proportion."""
    counts = measured(case, tmp_path)
    assert ("update" in counts[0]) == bool(edit_of(subject_of(case)))
    assert disproportionate(counts) == {}


def test_a_list_of_its_own_for_every_create_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound can be broken: it does not hold where nobody shares a list."""
    monkeypatch.setattr(SharedLists, "read", read_alone)
    assert "create" in disproportionate(measured(JOBS, tmp_path))


# --- many


def test_creating_many_jobs_reads_few_pages(bench: Bench) -> None:
    """Three hundred jobs in one apply: their list is read when it is refreshed and hardly ever again."""
    bench.settings = UNLIMITED
    declare_many(bench, JOBS, MANY)
    asked = counted(bench, lambda: apply_all(bench))
    assert sum(asked[action] for action in LISTS) <= MOST_PAGES
    assert len(bench.objects("FineTuningJob")) == MANY
    assert actions(bench.plan()) == {}


# --- how it is measured


async def read_alone(lists: SharedLists, call: ListCall, since: Moment) -> Reading:
    """Read a list for one reader only."""
    reading = lists._begin(call.key, call)
    await reading.items
    assert reading.began >= since
    return reading


def disproportionate(counts: Sequence[Asked]) -> dict[str, list[Counter[str]]]:
    """The commands that cost too much at the largest size, with what they asked for at every size."""
    found: dict[str, list[Counter[str]]] = {}
    for command in counts[0]:
        few, more, most = (asked[command].total() for asked in counts)
        if most - more > 2 * (more - few) + 2:
            found[command] = [asked[command] for asked in counts]
    return found


def measured(case: Case, root: Path) -> list[Asked]:
    """By size: what each command asks the console for, by action."""
    found: list[Asked] = []
    for size in SIZES:
        with contextmanager(closing)(Bench(root / str(size), settings=UNLIMITED)) as bench:
            bench.emulator.configure(page_size=PAGE)
            found.append(lived(bench, case, size))
    return found


def lived(bench: Bench, case: Case, size: int) -> Asked:
    """What each command of a life asks for, an hour apart: so many objects come, change and go."""
    many = declare_many(bench, case, size)
    found = {"create": counted(bench, lambda: apply_all(bench))}
    assert len({bench.id(str(item.address)) for item in many}) == size
    found["plan"] = counted(bench, lambda: plan_nothing(bench))
    if edit_all(bench, many):
        found["update"] = counted(bench, lambda: apply_all(bench))
    found["destroy"] = counted(bench, lambda: apply_all(bench, DESTROY))
    assert bench.state().entries == {}
    return found


def counted(bench: Bench, command: Callable[[], None]) -> Counter[str]:
    """How often each action is asked for by a command, and nothing new is around when it begins."""
    bench.pass_time()
    before = len(bench.emulator.requests())
    command()
    return Counter(request.action for request in bench.emulator.requests()[before:])


def apply_all(bench: Bench, options: PlanOptions = PlanOptions()) -> None:
    """Apply without trouble."""
    assert trouble(bench.apply(WHOLE, options)) == []


def plan_nothing(bench: Bench) -> None:
    """Plan what is there already."""
    assert actions(bench.plan()) == {}


def subject_of(case: Case) -> Resource:
    """The resource that a case is about."""
    return next(item for item in case.resources if str(item.address) == case.subject)


def edit_of(item: Resource) -> dict[str, Value]:
    """What of a resource may be edited, and to what; empty where no call changes anything."""
    edit = EDITS.get(item.address.kind)
    return edit(item.attributes) if edit else {}


def declare_many(bench: Bench, case: Case, size: int) -> list[Resource]:
    """Declare so many of the subject of a case, and what they need: once, where they can share it."""
    subject = subject_of(case)
    shared = [item for item in case.resources if item is not subject]
    if str(case) == "Service-bought":
        shared.append(imported("next"))  # the edit needs it
    many = [numbered(subject, index) for index in range(size)]
    if str(case) == "Model-trained":  # of one run, one model can be made
        runs = [numbered(run("a", 0.0003), index) for index in range(size)]
        many = [trained_by(item, made) for item, made in zip(many, runs, strict=True)]
        shared += runs
    bench.declare(*shared, *many)
    return many


def numbered(item: Resource, index: int) -> Resource:
    """A resource like another, told from it by its names and its description."""
    kind = load().get(item.address)
    told = {"description", "urlSuffix", *(kind.identity.attributes if kind.identity else ())}
    spec = {key: f"{value}{index}" if key in told else value for key, value in item.attributes.items()}
    return resource(f"{item.address}-{index}", spec, lifecycle=item.lifecycle)


def trained_by(model: Resource, made: Resource) -> Resource:
    """A model like another, made from that run."""
    return resource(str(model.address), {**model.attributes, "trainMeta": {"taskId": ref(str(made.address))}})


def edit_all(bench: Bench, many: Sequence[Resource]) -> bool:
    """Edit an attribute of each that a call changes, and nothing else; False: there is none."""
    edits = {str(item.address): edit_of(item) for item in many}
    for name, edit in edits.items():
        bench.edit(name, **edit)
    planned = actions(bench.plan())
    assert planned == {name: str(Action.UPDATE) for name, edit in edits.items() if edit}
    return bool(planned)
