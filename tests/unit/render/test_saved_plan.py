from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from qfops.core.address import Address
from qfops.core.canonical import digest
from qfops.core.errors import QfopsError, UsageError
from qfops.core.plan.actions import Action, Need, Verdict
from qfops.core.plan.change import Change
from qfops.core.plan.plan import Destination
from qfops.core.plan.stored import StoredApproval, StoredChange
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.values import JSON
from qfops.render.plan_json import plan_file
from qfops.render.saved_plan import NESTED, OPTIONAL, TOP, read_plan
from tests.support.plans import call

from .builders import DIGEST, MODIFY, attribute, change, edit, plan
from .schemas import complaints, schema

SERVICE = Address("Service", "faq")
ASKED = PlanOptions(targets=(Address("Service", "faq"),))
EVERYTHING = PlanOptions(
    paths=("manifests/a b.yaml",),
    targets=(Address("Service", "faq"), Address.parse("v1/Plugin/a")),
    labels=(("team", "faq"), ("tier", "")),
    prune=True,
    retry_failed=True,
    revert_drift=True,
)
FORMAT_1 = Path(__file__).parents[2] / "fixtures/format1/assistant/saved-plan.json"
REVERTED = {"path": "name", "verdict": "revert", "reason": ""}
OVERWRITTEN = {"path": "name", "verdict": "update", "reason": "edited twice; overwrites console edit"}


def saved() -> dict[str, JSON]:
    made = plan(
        change(Action.UPDATE, causes=(edit(),), steps=(MODIFY,), attributes=(attribute("lr", 10.0, 3e-5),)),
        complete=False,
        place=Destination("emulator", "1a2b"),
        stored=StoredApproval(DIGEST, "li", 5.0, "", (StoredChange(SERVICE, "current", "create", ""),)),
    )
    data: dict[str, JSON] = json.loads(json.dumps(plan_file(made, ASKED)))
    return data


def sealed(data: dict[str, JSON]) -> dict[str, JSON]:
    """`data` with a checksum that fits, as somebody who means well (or ill) would make it."""
    rest = {key: value for key, value in data.items() if key != "checksum"}
    return {**rest, "checksum": digest(rest)}


def inside(data: dict[str, JSON], *path: str | int) -> dict[str, JSON]:
    """The object at a place of a document."""
    here: JSON = data
    for part in path:
        here = here[part]  # type: ignore[index]
    assert isinstance(here, dict)
    return here


def format_1(
    *changes: Mapping[str, object], arguments: object = (), destroy: bool = False
) -> dict[str, JSON]:
    """A plan as format 1 had it: options as words only, and no change says what it needs."""
    data = saved()
    data["formatVersion"] = 1
    del inside(data, "tool")["options"]
    inside(data, "tool").update(arguments=json.loads(json.dumps(arguments)), destroy=destroy)
    first = inside(data, "changes", 0)
    del first["needs"]
    data["changes"] = [{**first, **json.loads(json.dumps(item))} for item in changes]
    return sealed(data)


def test_a_saved_plan_comes_back() -> None:
    assert complaints("plan", saved()) == []
    found = read_plan(saved())
    assert (found.digest, found.project, found.environment) == (DIGEST, "faq", "dev")
    assert (found.lineage, found.serial, found.complete) == ("7f3c", 1, False)
    assert (found.command, found.options) == ("plan", ASKED)
    assert found.changes == (("Service/faq", "current", "update"),)
    assert found.needs == ()


@pytest.mark.parametrize(
    "options",
    [
        PlanOptions(),
        EVERYTHING,
        PlanOptions(scope=Scope.DESTROY),
        PlanOptions(scope=Scope.PRUNE, targets=ASKED.targets),
    ],
)
def test_the_options_come_back(options: PlanOptions) -> None:
    """Even those of a scope that no words say: only its command does."""
    data = json.loads(json.dumps(plan_file(plan(scope=options.scope), options)))
    assert complaints("plan", data) == []
    assert read_plan(data).options == options


def test_what_the_files_say_and_what_is_allowed_once_is_not_saved() -> None:
    more = replace(ASKED, declared=frozenset(ASKED.targets), allow_large_change=True)
    assert read_plan(plan_file(plan(), more)).options == ASKED


def test_needs_come_back_as_they_were_written() -> None:
    """Together, each once, in the order of the words; what a change does is not asked again."""
    asks = replace(change(Action.CREATE), needs=(Need.OVERWRITE, Need.DELETE))
    again = replace(change(Action.UPDATE, "Model/a"), needs=(Need.REVERT_DRIFT, Need.DELETE))
    silent = replace(change(Action.DEACTIVATE, "Service/b"), needs=())
    found = read_plan(plan_file(plan(asks, again, silent)))
    assert found.needs == (Need.DELETE, Need.REVERT_DRIFT, Need.OVERWRITE)


def test_layout_of_the_file_does_not_matter() -> None:
    shuffled = json.loads(json.dumps(saved(), sort_keys=True, indent=4))
    assert read_plan(shuffled) == read_plan(saved())


def test_an_edited_plan_is_refused() -> None:
    data = saved()
    data["digest"] = "cd" * 32
    with pytest.raises(QfopsError, match="changed after it was written") as caught:
        read_plan(data)
    assert "qfops plan --out FILE" in caught.value.remedy


def test_a_newer_format_is_refused_before_anything_else_is_looked_at() -> None:
    with pytest.raises(QfopsError, match="has format 3; this qfops reads up to 2") as caught:
        read_plan({"formatVersion": 3, "surprise": True})
    assert "Apply it with that version" in caught.value.remedy


@pytest.mark.parametrize("data", [None, [], "plan", {}, {"formatVersion": "1"}, {"formatVersion": True}])
def test_what_is_no_plan_is_refused(data: JSON) -> None:
    with pytest.raises(QfopsError, match="not a saved plan"):
        read_plan(data)


@pytest.mark.parametrize("key", sorted(OPTIONAL))
def test_what_is_not_always_said_may_be_missing(key: str) -> None:
    data = saved()
    del data[key]
    assert read_plan(sealed(data)).digest == DIGEST


@pytest.mark.parametrize("wrong", ["", DIGEST[:12], DIGEST.upper(), f"{DIGEST}0", None, 5])
def test_what_is_no_whole_digest_is_wrong_usage(wrong: JSON) -> None:
    """Before anything is compared with it, and whatever the checksum says."""
    for data in ({**saved(), "digest": wrong}, sealed({**saved(), "digest": wrong})):
        with pytest.raises(UsageError, match="no whole digest"):
            read_plan(data)


def test_the_console_comes_back() -> None:
    assert read_plan(saved()).console == "emulator"
    assert read_plan(json.loads(json.dumps(plan_file(plan())))).console == ""


@pytest.mark.parametrize("place", ["", *NESTED])
def test_unknown_keys_are_refused_wherever_they_stand(place: str) -> None:
    data = saved()
    data["drift"] = [{"address": "Service/faq"}]
    data["diagnostics"] = [{"code": "x"}]
    here: JSON = data
    for part in place.split(".") if place else []:
        assert isinstance(here, dict)
        here = here[part.removesuffix("[]")]
        here = here[0] if isinstance(here, list) else here
    assert isinstance(here, dict)
    here["sumary"] = 1
    with pytest.raises(QfopsError, match=r"key 'sumary'.* does not know"):
        read_plan(sealed(data))


@pytest.mark.parametrize("key", sorted(TOP))
def test_missing_keys_are_refused(key: str) -> None:
    data = saved()
    del data[key]
    with pytest.raises(QfopsError, match=r"missing|not a saved plan"):
        read_plan(data)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("tool", []),
        ("tool", None),
        ("state", {"lineage": "x", "serial": "1"}),
        ("changes", {}),
        ("changes", [1]),
        ("changes", [{"steps": 1}]),
    ],
)
def test_damage_is_refused_in_words(key: str, value: JSON) -> None:
    with pytest.raises(QfopsError, match="damaged"):
        read_plan(sealed({**saved(), key: value}))


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("scope", "galaxy", "scope must be one of project, destroy, prune"),
        ("scope", None, "scope must be one of project, destroy, prune"),
        ("scope", ["project"], "scope must be one of project, destroy, prune"),
        ("paths", "manifests", "paths must be a list"),
        ("paths", [1], "paths must be a list of texts"),
        ("targets", ["faq"], "'faq' is not an address"),
        ("targets", {}, "targets must be a list"),
        ("labels", [["team"]], "labels must be pairs"),
        ("labels", ["ab"], "labels must be pairs"),
    ],
)
def test_options_that_nobody_can_have_asked_for_are_refused_in_words(
    key: str, value: JSON, words: str
) -> None:
    data = saved()
    inside(data, "tool", "options")[key] = value
    with pytest.raises(QfopsError, match="damaged") as caught:
        read_plan(sealed(data))
    assert words in caught.value.detail
    assert "qfops plan --out FILE" in caught.value.remedy


@pytest.mark.parametrize("key", sorted(PlanOptions().to_json()))
def test_missing_options_are_refused(key: str) -> None:
    data = saved()
    del inside(data, "tool", "options")[key]
    with pytest.raises(QfopsError, match="damaged") as caught:
        read_plan(sealed(data))
    assert "options must have the keys" in caught.value.detail


def test_words_do_not_stand_in_for_options() -> None:
    """A plan of format 2 has both; words alone do not say its scope."""
    data = saved()
    without = {key: value for key, value in inside(data, "tool").items() if key != "options"}
    for tool in (without, {**without, "options": None}):
        with pytest.raises(QfopsError, match="damaged") as caught:
            read_plan(sealed({**data, "tool": tool}))
        assert "tool.options is missing" in caught.value.detail


@pytest.mark.parametrize("needs", [None, "delete", {}, ["fly"], [["delete"]]])
def test_needs_that_nobody_knows_are_refused(needs: JSON) -> None:
    data = saved()
    inside(data, "changes", 0)["needs"] = needs
    with pytest.raises(QfopsError, match="damaged") as caught:
        read_plan(sealed(data))
    assert "delete, deactivate, replace, revert-drift, purchase, overwrite" in caught.value.detail


def test_needs_must_be_written_even_where_there_are_none() -> None:
    data = saved()
    del inside(data, "changes", 0)["needs"]
    with pytest.raises(QfopsError, match="damaged"):
        read_plan(sealed(data))


# --- format 1 -----------------------------------------------------------------------------------------------


def test_a_real_plan_of_format_1_is_read() -> None:
    found = read_plan(json.loads(FORMAT_1.read_text(encoding="utf-8")))
    assert found.digest == "a2e49479a51b9e2e398bd7494ec110df05c6196851ccccfc4633645c46ce7da2"
    assert (found.project, found.environment) == ("faq-assistant", "dev")
    assert (found.lineage, found.serial) == ("c9909334afe042e097928e5b7c43c2bd", 75)
    assert (found.command, found.options, found.complete) == ("plan", PlanOptions(), True)
    assert found.changes[:4] == (
        ("FineTuningTask/faq-b", "current", "run"),
        ("Model/faq-b", "current", "replace"),
        ("PromptTemplate/faq-answer", "current", "update"),
        ("Service/faq", "current", "update"),
    )
    assert {action for _, _, action in found.changes[4:]} == {"no-op"}
    assert found.needs == ()


def test_a_real_plan_of_format_1_that_was_edited_is_refused() -> None:
    data = json.loads(FORMAT_1.read_text(encoding="utf-8"))
    data["changes"][0]["destroys"] = ["task-hcgawc7ou6y1"]
    with pytest.raises(QfopsError, match="changed after it was written"):
        read_plan(data)
    assert read_plan(sealed(data)).needs == (Need.REPLACE,)


@pytest.mark.parametrize(
    ("arguments", "destroy", "options"),
    [
        ([], False, PlanOptions()),
        ([], True, PlanOptions(scope=Scope.DESTROY)),
        (["--target", "Service/faq"], True, replace(ASKED, scope=Scope.DESTROY)),
        (EVERYTHING.arguments(), False, EVERYTHING),
    ],
)
def test_format_1_has_its_options_in_words(
    arguments: Sequence[str], destroy: bool, options: PlanOptions
) -> None:
    assert read_plan(format_1(arguments=arguments, destroy=destroy)).options == options


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--everything"], "'--everything' is no option of a saved plan"),
        (["--allow", "delete"], "'--allow' is no option of a saved plan"),
        (["--target"], "is not an address"),
        (["--target", "faq"], "'faq' is not an address"),
        ("--prune", "tool.arguments is missing or has the wrong type"),
        (None, "tool.arguments is missing or has the wrong type"),
        (PlanOptions().to_json(), "tool.arguments is missing or has the wrong type"),
    ],
)
def test_words_that_no_plan_has_are_refused(arguments: object, words: str) -> None:
    with pytest.raises(QfopsError, match="damaged") as caught:
        read_plan(format_1(arguments=arguments))
    assert words in caught.value.detail


@pytest.mark.parametrize(
    ("item", "needs"),
    [
        ({"action": "create"}, []),
        ({"action": "update"}, []),
        ({"action": "replace", "keeps": ["am-1"]}, []),
        ({"action": "retire"}, []),
        ({"action": "delete", "destroys": ["ds-1"]}, ["delete"]),
        ({"action": "deactivate", "destroys": ["svco-1"]}, ["deactivate"]),
        ({"action": "replace", "destroys": ["am-1"]}, ["replace"]),
        ({"action": "adopt", "destroys": ["am-1"]}, ["replace"]),
        ({"action": "run", "steps": [{"id": "stop"}, {"id": "create"}]}, ["replace"]),
        ({"action": "run", "steps": [{"id": "create"}, {"id": "ready"}]}, []),
        ({"action": "update", "attributes": [REVERTED]}, ["revert-drift"]),
        ({"action": "update", "attributes": [OVERWRITTEN]}, ["overwrite"]),
        ({"action": "update", "attributes": [OVERWRITTEN, REVERTED]}, ["revert-drift", "overwrite"]),
        (
            {"action": "replace", "destroys": ["am-1"], "attributes": [OVERWRITTEN]},
            ["replace", "overwrite"],
        ),
    ],
)
def test_what_a_change_of_format_1_needs_follows_from_what_it_does(
    item: Mapping[str, object], needs: list[str]
) -> None:
    bare: dict[str, object] = {"steps": [], "attributes": []}
    assert read_plan(format_1({**bare, **item})).needs == tuple(Need(word) for word in needs)


@pytest.mark.parametrize("action", ["no-op", "wait", "blocked", "unknown"])
def test_what_asks_for_nothing_needed_nothing_in_format_1(action: str) -> None:
    loud = {
        "destroys": ["am-1"],
        "steps": [{"id": "stop"}],
        "attributes": [REVERTED, OVERWRITTEN],
    }
    assert read_plan(format_1({"action": action, **loud})).needs == ()
    assert read_plan(format_1({"action": "update", **loud})).needs == (
        Need.REPLACE,
        Need.REVERT_DRIFT,
        Need.OVERWRITE,
    )


def test_a_plan_of_format_1_needs_what_all_its_changes_need() -> None:
    both = ({"action": "deactivate"}, {"action": "delete"}, {"action": "delete"})
    assert read_plan(format_1(*both)).needs == (Need.DELETE, Need.DEACTIVATE)


ENDED = ("am-1",)
TURNS = [
    change(Action.DELETE, destroys=ENDED),
    change(Action.DEACTIVATE, destroys=ENDED),
    change(Action.FORGET, keeps=ENDED),
    change(Action.REPLACE, destroys=ENDED),
    change(Action.REPLACE, keeps=ENDED),
    change(Action.RUN, steps=(call("stop"), call("create", billable=True))),
    change(Action.UPDATE, attributes=(attribute(verdict=Verdict.REVERT),)),
    change(Action.UPDATE, attributes=(replace(attribute(), overwrites=True),)),
    change(Action.UPDATE, attributes=(replace(attribute(), overwrites=True, reason="edited"),)),
    change(Action.BLOCKED, attributes=(attribute(verdict=Verdict.BLOCKED),)),
    change(Action.NO_OP, attributes=(attribute(verdict=Verdict.DRIFT),)),
]


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn.action}:{','.join(turn.needs)}")
def test_the_needs_of_both_formats_are_the_same(turn: Change) -> None:
    """What format 1 leaves to be concluded is what the planner writes today."""
    data = json.loads(json.dumps(plan_file(plan(turn))))
    assert read_plan(data).needs == turn.needs
    del data["changes"][0]["needs"]
    del data["tool"]["options"]
    assert read_plan(sealed({**data, "formatVersion": 1})).needs == turn.needs


# --- the keys -----------------------------------------------------------------------------------------------


def test_reader_and_schema_know_the_same_keys() -> None:
    published = schema("plan")
    definitions = published["$defs"]
    top = published["properties"]
    assert isinstance(definitions, dict)
    assert isinstance(top, dict)
    assert top.keys() == TOP | OPTIONAL
    assert isinstance(top["tool"], dict)
    tool = top["tool"]["properties"]
    assert isinstance(tool, dict)
    homes: dict[str, JSON] = {
        "tool": top["tool"],
        "tool.options": tool["options"],
        "state": top["state"],
        "console": top["console"],
        "stored": top["stored"],
        "stored.owed[]": inside(top, "stored", "properties", "owed", "items"),
        "stats": top["stats"],
        "summary": top["summary"],
        "changes[]": definitions["change"],
        "changes[].causes[]": definitions["cause"],
        "changes[].steps[]": definitions["step"],
        "changes[].attributes[]": definitions["attribute"],
        "drift[]": definitions["drift"],
        "diagnostics[]": definitions["diagnostic"],
    }
    for place, home in homes.items():
        assert isinstance(home, dict)
        assert isinstance(home["properties"], dict)
        assert home["properties"].keys() == NESTED[place]
    assert homes.keys() == NESTED.keys()
