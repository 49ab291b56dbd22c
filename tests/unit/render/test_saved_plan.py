from __future__ import annotations

import json

import pytest

from qfops.core.address import Address
from qfops.core.canonical import digest
from qfops.core.errors import QfopsError
from qfops.core.plan.actions import Action
from qfops.core.plan_options import PlanOptions
from qfops.core.values import JSON
from qfops.render.plan_json import plan_file, read_plan
from qfops.render.saved_plan import NESTED, TOP

from .builders import DIGEST, MODIFY, attribute, change, edit, plan
from .schemas import complaints, schema

ASKED = PlanOptions(targets=(Address("Service", "faq"),))


def saved() -> dict[str, JSON]:
    made = plan(
        change(Action.UPDATE, causes=(edit(),), steps=(MODIFY,), attributes=(attribute("lr", 10.0, 3e-5),)),
        complete=False,
    )
    data: dict[str, JSON] = json.loads(json.dumps(plan_file(made, ASKED)))
    return data


def sealed(data: dict[str, JSON]) -> dict[str, JSON]:
    """`data` with a checksum that fits, as somebody who means well (or ill) would make it."""
    rest = {key: value for key, value in data.items() if key != "checksum"}
    return {**rest, "checksum": digest(rest)}


def test_a_saved_plan_comes_back() -> None:
    assert complaints("plan", saved()) == []
    found = read_plan(saved())
    assert (found.digest, found.project, found.environment) == (DIGEST, "faq", "dev")
    assert (found.lineage, found.serial, found.complete) == ("7f3c", 1, False)
    assert (found.command, found.options) == ("plan", ASKED)
    assert found.changes == (("Service/faq", "current", "update"),)


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


def test_reader_and_schema_know_the_same_keys() -> None:
    published = schema("plan")
    definitions = published["$defs"]
    top = published["properties"]
    assert isinstance(definitions, dict)
    assert isinstance(top, dict)
    assert top.keys() == TOP
    assert isinstance(top["tool"], dict)
    tool = top["tool"]["properties"]
    assert isinstance(tool, dict)
    homes: dict[str, JSON] = {
        "tool": top["tool"],
        "tool.options": tool["options"],
        "state": top["state"],
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
