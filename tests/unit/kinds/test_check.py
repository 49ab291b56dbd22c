"""Each mistake that somebody could make in a descriptor, planted alone, is refused in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from qfops.core.address import KindKey
from qfops.core.values import JSON
from qfops.kinds.base import Identity, Kind, Output, Readiness, Ref, Search, StatusField
from qfops.kinds.check import Schema, problems, schema_paths, target_problems
from qfops.kinds.operations import Buys, Listing, Operation, Part, Read, Repeat
from qfops.kinds.rules import Rule, append_only, computed, immutable, one_way, updatable

WHY = "said by the tests"
KEY = {"id": "id"}
BUYS = Buys("settings.speed", "name", "settings.colour", ("white",), "tags", ("open", True), learns="id")


def schema() -> Schema:
    text: JSON = {"type": "string"}
    return {
        "type": "object",
        "properties": {
            "name": text,
            "boxId": {"type": "string", "minLength": 1},
            "settings": {"type": "object", "properties": {"speed": {"type": "number"}, "colour": text}},
            "rows": {"type": "array", "items": text},
            "units": {
                "type": "array",
                "items": {"type": "object", "properties": {"unit": text, "count": {"type": "integer"}}},
            },
            "parts": {"type": "array", "items": {"type": "object", "properties": {"part": text}}},
            "tags": {"type": "array", "items": text},
            "open": {"type": "boolean", "default": False},
        },
    }


def kind() -> Kind:
    return Kind(
        name="Crate",
        route="/v2/crate",
        summary="A crate in a box.",
        id=("id",),
        outputs=(Output("id", "Its id."), Output("rowCount", "Rows.")),
        operations={
            "create": Operation("CreateCrate", Repeat.LOOK_UP, sends="all", until={"status": ("Ready",)}),
            "modify": Operation("ModifyCrate", Repeat.SAFE, keys=KEY, sends="changed", requires=("name",)),
            "scale": Operation("ScaleCrate", Repeat.SAFE, keys=KEY, sends="keyed"),
            "add": Operation("AddRows", Repeat.LOOK_UP, keys=KEY, sends="item", counters=("rowCount",)),
            "lock": Operation("LockCrate", Repeat.SAFE, keys=KEY, when=("open", True)),
            "delete": Operation("DeleteCrate", Repeat.SAFE, keys=KEY),
        },
        listing=Listing("DescribeCrates", items="crates", scope="boxId"),
        read=Read("DescribeCrate", keys=KEY),
        part=Part(Listing("DescribeLids", items="lids", scope="id"), key="id", owned_when=("open",)),
        references=(Ref("boxId", ("Box.boxId",), relation="container"),),
        readiness=Readiness((StatusField("status", ready=("Ready",), failed=("Broken",)),)),
        identity=Identity(("name",), "us", WHY),
        search=Search("boxId", ("name",)),
        echo={"settings.speed": "info.speed"},
        rules=(
            updatable("name", by="modify", why=WHY, no_reset=WHY),
            immutable("boxId", why=WHY),
            updatable("settings", by="modify", why=WHY, reset={}),
            append_only("rows", by="add", why=WHY, on_change="blocked"),
            updatable("units", by="scale", why=WHY, reset=0, set_of="unit"),
            immutable("parts", why=WHY),
            immutable("tags", why=WHY, set_of="", normalise="label_names"),
            one_way("open", by="lock", why=WHY),
            computed("weight", why=WHY),
        ),
        container_inputs=("size",),
        derive={"weight": lambda _: 0},
        leaves="tags",
        defaults={"open": False},
        any_order={"parts": "part"},
    )


def box() -> Kind:
    return replace(
        kind(),
        name="Box",
        outputs=(Output("boxId", "Its id."),),
        references=(),
        rules=(immutable("size", why=WHY),),
    )


def with_rules(*added: Rule, without: str = "") -> Kind:
    kept = tuple(rule for rule in kind().rules if rule.path != without)
    return replace(kind(), rules=kept + added)


def with_operation(name: str, operation: Operation) -> Kind:
    return replace(kind(), operations={**kind().operations, name: operation})


def without_operation(name: str) -> Kind:
    return replace(kind(), operations={key: op for key, op in kind().operations.items() if key != name})


MODIFY = Operation("ModifyCrate", Repeat.SAFE, keys=KEY, sends="changed")


def test_a_consistent_kind_has_no_problems() -> None:
    assert problems(kind(), schema()) == []
    assert target_problems(kind(), {KindKey("v2", "Box"): box()}) == []


MISTAKES: dict[str, tuple[Callable[[], Kind], str]] = {
    "a default that the schema lacks": (
        lambda: replace(kind(), defaults={"open": False, "name": "x"}),
        "the default of name is 'x' in the descriptor and ABSENT in the schema",
    ),
    "a default that the schema has and the descriptor lacks": (
        lambda: replace(kind(), defaults={}),
        "the default of open is ABSENT in the descriptor and False in the schema",
    ),
    "another default than the schema's": (
        lambda: replace(kind(), defaults={"open": True}),
        "the default of open is True in the descriptor and False in the schema",
    ),
    "another default than removal resets to": (
        lambda: replace(kind(), defaults={"open": False, "settings": {"speed": 1}}),
        "settings is reset to {}, and its default is {'speed': 1}",
    ),
    "a list without order that the schema lacks": (
        lambda: replace(kind(), any_order={"parts": "name"}),
        "parts has no order of parts[*].name, which the schema lacks",
    ),
    "a list without order that is appended to": (
        lambda: replace(kind(), any_order={"rows": ""}),
        "rows has no order, and its rule says how its items are compared",
    ),
    "a list without order that is a set": (
        lambda: replace(kind(), any_order={"tags": ""}),
        "tags has no order, and its rule says how its items are compared",
    ),
    "always sent without a default": (
        lambda: replace(kind(), always_sent=("name",)),
        "name is always sent and has no default",
    ),
    "a path without rule": (lambda: with_rules(without="name"), "name has no rule"),
    "a nested path without rule": (lambda: with_rules(without="settings"), "settings.speed has no rule"),
    "two rules": (lambda: with_rules(immutable("name", why=WHY)), "name has 2 rules"),
    "a rule without reason": (
        lambda: with_rules(immutable("boxId", why=" "), without="boxId"),
        "the rule for boxId gives no reason",
    ),
    "a rule without path": (
        lambda: with_rules(immutable("size", why=WHY)),
        "the rule for size has no such path in the schema",
    ),
    "a computed path in the schema": (
        lambda: with_rules(computed("name", why=WHY), without="name"),
        "name is computed and yet in the schema",
    ),
    "an unknown operation": (
        lambda: with_rules(updatable("name", by="rename", why=WHY, no_reset=WHY), without="name"),
        "name is updatable by 'rename', which is no operation for changes",
    ),
    "updatable without update operation": (
        lambda: without_operation("modify"),
        "name is updatable by 'modify', which is no operation for changes",
    ),
    "updatable by the create": (
        lambda: with_rules(updatable("name", by="create", why=WHY, no_reset=WHY), without="name"),
        "name is updatable by 'create', which is no operation for changes",
    ),
    "neither reset nor reason": (
        lambda: with_rules(updatable("name", by="modify", why=WHY), without="name"),
        "name needs either a reset value or a reason why there is none",
    ),
    "reset and reason": (
        lambda: with_rules(updatable("name", by="modify", why=WHY, reset="", no_reset=WHY), without="name"),
        "name needs either a reset value or a reason why there is none",
    ),
    "append_only on a scalar": (
        lambda: with_rules(append_only("boxId", by="add", why=WHY, on_change="replace"), without="boxId"),
        "boxId is append_only and no array",
    ),
    "an unknown normaliser": (
        lambda: with_rules(immutable("boxId", why=WHY, normalise="sorted"), without="boxId"),
        "boxId names 'sorted', which is no normaliser",
    ),
    "a set by a key the items lack": (
        lambda: with_rules(immutable("parts", why=WHY, set_of="id"), without="parts"),
        "parts is a set of parts[*].id, which the schema lacks",
    ),
    "a rule inside a list that is one value": (
        lambda: with_rules(immutable("parts[*].part", why=WHY)),
        "the rule for parts[*].part is never reached: the list above it is one value",
    ),
    "an operation nobody uses": (
        lambda: with_operation("paint", MODIFY),
        "no rule uses the operation paint",
    ),
    "no create": (lambda: without_operation("create"), "there is no operation create"),
    "a key from no output": (
        lambda: with_operation("delete", Operation("DeleteCrate", Repeat.SAFE, keys={"id": "crateId"})),
        "delete sends id from crateId, which is no output",
    ),
    "a counter that is no output": (
        lambda: with_operation("add", replace(kind().operations["add"], counters=("lines",))),
        "add names lines, which is no output",
    ),
    "an answer that nothing keeps": (
        lambda: with_operation("add", replace(kind().operations["add"], result="addId")),
        "add names addId, which is no output",
    ),
    "a create that answers a handle": (
        lambda: replace(with_operation("create", replace(kind().create, result="addId")), handles=("addId",)),
        "create names addId, which is no output",
    ),
    "a proof by what nothing keeps": (
        lambda: replace(kind(), readiness=_proven(Read("DescribeTask", keys={"taskId": "addId"}))),
        "status is proven by addId, which nothing keeps",
    ),
    "a result that is no output": (
        lambda: with_operation("create", replace(kind().create, result="crateId")),
        "create names crateId, which is no output",
    ),
    "a requirement the schema lacks": (
        lambda: with_operation("modify", replace(MODIFY, requires=("title",))),
        "modify requires title, which the schema lacks",
    ),
    "a condition the schema lacks": (
        lambda: with_operation("lock", replace(kind().operations["lock"], when=("shut", True))),
        "lock depends on shut, which the schema lacks",
    ),
    "a purchase by a path the schema lacks": (
        lambda: with_operation("create", replace(kind().create, buys=replace(BUYS, term="settings.term"))),
        "create buys by settings.term, which the schema lacks",
    ),
    "a purchase named by no output": (
        lambda: with_operation("create", replace(kind().create, buys=replace(BUYS, learns="lidId"))),
        "create learns lidId, which is no output",
    ),
    "more objects from no output": (
        lambda: with_operation("delete", replace(kind().operations["delete"], also="lidIds")),
        "delete names lidIds, which is no output",
    ),
    "a wait for an unknown word": (
        lambda: with_operation("lock", replace(kind().operations["lock"], until={"status": ("Locked",)})),
        "lock waits for status to be Locked, which readiness does not know as an end",
    ),
    "a wait for an unknown status": (
        lambda: with_operation("lock", replace(kind().operations["lock"], until={"state": ("Ready",)})),
        "lock waits for state to be Ready, which readiness does not know as an end",
    ),
    "no delete": (
        lambda: without_operation("delete"),
        "there is no operation delete: declare how the object ends (delete, deactivate or forget)",
    ),
    "deactivate without the operation": (
        lambda: replace(without_operation("delete"), end="deactivate", left="It stays."),
        "there is no operation deactivate: declare how the object ends (delete, deactivate or forget)",
    ),
    "a delete that is not used": (
        lambda: replace(kind(), end="forget", left="It stays."),
        "it has a delete and yet ends with forget",
    ),
    "nothing said about what is left": (
        lambda: replace(without_operation("delete"), end="forget"),
        "it ends with forget and does not say what is left",
    ),
    "release without deactivate": (
        lambda: with_operation("release", Operation("ReleaseCrate", Repeat.SAFE, keys=KEY)),
        "release without deactivate",
    ),
    "an identity the schema lacks": (
        lambda: replace(kind(), identity=Identity(("title",), "us", WHY)),
        "identity names title, which the schema lacks",
    ),
    "an identity without reason": (
        lambda: replace(kind(), identity=Identity(("name",), "us", "")),
        "identity gives no reason",
    ),
    "a search the schema lacks": (
        lambda: replace(kind(), search=Search("boxId", ("title",))),
        "search names title, which the schema lacks",
    ),
    "a search scope the schema lacks": (
        lambda: replace(kind(), search=Search("shelfId", ("name",))),
        "search names shelfId, which the schema lacks",
    ),
    "a search by what is not echoed": (
        lambda: with_rules(
            updatable("name", by="modify", why=WHY, no_reset=WHY, write_only=True), without="name"
        ),
        "search matches name, which is never shown",
    ),
    "an echo the schema lacks": (
        lambda: replace(kind(), echo={"speed": "info.speed"}),
        "echo names speed, which the schema lacks",
    ),
    "a listing scope the schema lacks": (
        lambda: replace(kind(), listing=Listing("DescribeCrates", items="crates", scope="shelfId")),
        "listing names shelfId, which the schema lacks",
    ),
    "a listing without items": (
        lambda: replace(kind(), listing=Listing("DescribeCrates", items="")),
        "DescribeCrates does not say which key holds the items",
    ),
    "carry without each": (
        lambda: replace(kind(), listing=Listing("DescribeCrates", items="crates", carry={"a": "a"})),
        "DescribeCrates carries keys of items that list no others",
    ),
    "a part the schema does not own": (
        lambda: replace(kind(), part=replace(_part(), owned_when=("shut",))),
        "part names shut, which the schema lacks",
    ),
    "a part that cannot be told apart": (
        lambda: replace(kind(), part=replace(_part(), key="lidId")),
        "part names lidId, which is no output",
    ),
    "leaves what the schema lacks": (
        lambda: replace(kind(), leaves="labels"),
        "leaves names labels, which the schema lacks",
    ),
    "no id": (lambda: replace(kind(), id=()), "it has no id"),
    "an id that is no output": (lambda: replace(kind(), id=("name",)), "id names name, which is no output"),
    "a read by no output": (
        lambda: replace(kind(), read=Read("DescribeCrate", keys={"id": "crateId"})),
        "read names crateId, which is no output",
    ),
    "a derived path that is not computed": (
        lambda: replace(kind(), derive={"name": lambda _: ""}),
        "name is derived and not declared computed",
    ),
    "container inputs without container": (
        lambda: replace(kind(), references=()),
        "container inputs without a container",
    ),
    "two containers": (
        lambda: replace(kind(), references=kind().references * 2),
        "it lives in more than one container",
    ),
    "a reference the schema lacks": (
        lambda: replace(kind(), references=(*kind().references, Ref("lidId", ("Lid.lidId",)))),
        "the reference lidId has no such path in the schema",
    ),
    "a reference to nothing": (
        lambda: replace(kind(), references=(*kind().references, Ref("name", ()))),
        "the reference name accepts no kind",
    ),
    "a reference without output": (
        lambda: replace(kind(), references=(*kind().references, Ref("name", ("Lid",)))),
        "the reference name accepts 'Lid': write Kind.output",
    ),
}


def _proven(by: Read) -> Readiness:
    return Readiness((StatusField("status", ready=("Ready",), failed=("Broken",), proof=by),))


def _part() -> Part:
    part = kind().part
    assert part is not None
    return part


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_refused(mistake: str) -> None:
    make, message = MISTAKES[mistake]
    assert f"v2/Crate: {message}" in problems(make(), schema())


@pytest.mark.parametrize(
    "narrow",
    [
        {"type": "integer"},
        {"type": "string", "enum": ["a"]},
        {"type": "string", "pattern": "^am-"},
        {"type": "string", "minLength": 3},
        {"type": "string", "maxLength": 20},
    ],
)
def test_a_reference_path_must_accept_any_text(narrow: Schema) -> None:
    """References are replaced by a text before the schema judges: one that refuses it refuses them all."""
    narrowed = schema()
    assert isinstance(narrowed["properties"], dict)
    narrowed["properties"]["boxId"] = narrow
    message = "boxId takes references, so its schema must accept any string that is not empty"
    assert f"v2/Crate: {message}" in problems(kind(), narrowed)


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("Bin.binId", "boxId refers to v2/Bin, which is no kind"),
        ("v1/Box.boxId", "boxId refers to v1/Box, which is no kind"),
        ("Box.id", "boxId takes v2/Box.id, which is no output"),
    ],
)
def test_the_targets_of_references_exist(to: str, message: str) -> None:
    pointed = replace(kind(), references=(Ref("boxId", (to,), relation="container"),))
    assert target_problems(pointed, {KindKey("v2", "Box"): box()}) == [f"v2/Crate: {message}"]


def test_container_inputs_are_attributes_of_the_container() -> None:
    asked = replace(kind(), container_inputs=("weight",))
    assert target_problems(asked, {KindKey("v2", "Box"): box()}) == [
        "v2/Crate: container input weight is no attribute of v2/Box"
    ]


def test_paths_are_given_with_lists_as_stars_and_parents_first() -> None:
    assert list(schema_paths(schema()))[:5] == [
        "name",
        "boxId",
        "settings",
        "settings.speed",
        "settings.colour",
    ]
    assert "units[*].count" in schema_paths(schema())
