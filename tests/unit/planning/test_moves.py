"""The lines of `moved`, read at once against the state as it is: a table of states, manifests and lines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.errors import Refused
from qfops.core.resource import Resource
from qfops.core.state.entry import Retired
from qfops.planning.context import PlanInput
from qfops.planning.moves import Moves, moved_input, read_moves
from tests.support.project import model, run, template, trained
from tests.unit.planning.given import World, edited, shown


def at(name: str) -> Address:
    return Address("PromptTemplate", name)


def prompt(name: str) -> Resource:
    return replace(template(templateName=f"name-{name}"), address=at(name))


def given(held: str, declared: str, lines: str, remembered: str = "", unsettled: str = "") -> PlanInput:
    """A state and manifests of one-letter prompts; lines as `ab bc` for `a: b` and `b: c`, `a-` for null."""
    world = World(*(prompt(name) for name in held))
    for name in held:
        world.remove(str(at(name)))
    for name in declared:
        world.want(prompt(name))
    world.moved = {at(line[0]): None if line[1] == "-" else at(line[1]) for line in lines.split()}
    found = world.given()
    state = replace(found.state, moved={at(line[0]): at(line[1]) for line in remembered.split()})
    return replace(found, state=state, unsettled={at(name): "lost" for name in unsettled})


def places(moves: Moves) -> str:
    return " ".join(f"{old.name}{new.name}" for old, new in sorted(moves.places.items()))


@pytest.mark.parametrize(
    ("held", "declared", "lines", "expected"),
    [
        ("a", "b", "ab", "ab"),
        ("ab", "bc", "ab bc", "ab bc"),  # a shift, which was dropped without a word
        ("ab", "ab", "ab ba", "ab ba"),  # an exchange
        ("abc", "abc", "ab bc ca", "ab bc ca"),
        ("abc", "bcd", "ab bc cd", "ab bc cd"),
        ("a", "c", "ab bc", "ac"),  # followed on
        ("a", "bc", "ab bc", "ac"),
        ("a", "d", "ab bc cd", "ad"),
        ("b", "bc", "ab bc", "bc"),
        ("a", "b", "ab bc", "ab"),  # but not to where no manifest is
        ("ac", "bc", "ab bc", "ab"),  # nor to where something stays: that line was carried out before
        ("ac", "cd", "ab bc cd", "ac cd"),
        ("a", "ab", "ab ba", "ab"),  # half of an exchange
        ("ac", "abc", "ab bc ca", "ab ca"),
        ("a", "bc", "ab bc cb", "ac"),  # lines that lead into a circle are followed once round
        ("a", "ab", "ab", "ab"),  # a new one of the old name is made
        ("b", "b", "ab", ""),  # OLD is not in state
        ("", "b", "ab", ""),
        ("a", "b", "a-", ""),
        ("a", "a", "ab", ""),  # no manifest declares NEW: it stays what it is
        ("a", "", "ab", ""),
        ("ab", "b", "ab bc", "ab bc"),  # unless its place is needed
    ],
)
def test_the_entries_that_move(held: str, declared: str, lines: str, expected: str) -> None:
    moves = read_moves(given(held, declared, lines))
    assert places(moves) == expected
    assert moves.waiting == {}


@pytest.mark.parametrize(
    ("held", "lines", "named"),
    [
        ("ab", "ab", ("PromptTemplate/a (", "PromptTemplate/b")),
        ("abc", "ab bc", ("PromptTemplate/b (", "PromptTemplate/c")),
        ("abc", "ab ba ca", ("both PromptTemplate/b and PromptTemplate/c", "PromptTemplate/a")),
        ("ab", "ac bc", ("both PromptTemplate/a and PromptTemplate/b", "PromptTemplate/c")),
    ],
)
def test_what_cannot_be_followed_stops_the_plan(held: str, lines: str, named: tuple[str, str]) -> None:
    with pytest.raises(Refused, match="cannot be followed, so nothing is done") as caught:
        read_moves(given(held, "abc", lines))
    assert all(text in caught.value.detail for text in named)
    assert caught.value.remedy


def test_the_way_on_is_a_line_or_a_command_that_exists() -> None:
    found = given("ab", "ab", "ab")
    settings = replace(found.settings, environment="dev")
    with pytest.raises(Refused) as caught:
        read_moves(replace(found, settings=settings))
    assert '"PromptTemplate/a": "PromptTemplate/b"' in caught.value.remedy
    assert "qfops --env dev state rm PromptTemplate/b" in caught.value.remedy


def test_a_line_that_was_carried_out_does_nothing_and_is_said_once() -> None:
    """Also when both of its addresses have been taken again since."""
    moves = read_moves(given("abc", "abcde", "ab cd", remembered="ab"))
    assert places(moves) == "cd"
    (note,) = moves.notes
    assert (note.severity, note.summary) == (
        "warning", "1 of the `moved` lines is carried out and does nothing any more",
    )  # fmt: skip
    assert note.detail == "PromptTemplate/a: PromptTemplate/b"


def test_a_line_that_says_something_else_than_the_one_carried_out_is_another_line() -> None:
    assert places(read_moves(given("a", "c", "ac", remembered="ab"))) == "ac"


def test_a_carried_out_line_is_not_followed_on() -> None:
    assert places(read_moves(given("ac", "bc", "ab bc", remembered="bc"))) == "ab"
    assert places(read_moves(given("a", "bc", "ab bc", remembered="bc"))) == "ab"


def test_the_lines_that_were_used_are_remembered_and_no_others() -> None:
    moves = read_moves(given("a", "c", "ab bc xy"))
    assert moves.of(None).lines == {at("a"): at("b"), at("b"): at("c")}
    assert read_moves(given("a", "b", "ab bc")).of(None).lines == {at("a"): at("b")}
    assert read_moves(given("", "b", "ab")).of(None).lines == {}


@pytest.mark.parametrize(
    ("held", "lines", "unsettled", "waits"),
    [
        ("ab", "ab bc", "b", "abc"),  # what b is may still change
        ("", "ab", "a", "ab"),  # a may come to be: making b would make it twice
        ("a", "ab", "b", "ab"),
        ("ad", "ab de", "d", "de"),  # the others go on
    ],
)
def test_nothing_moves_before_the_open_calls_are_settled(
    held: str, lines: str, unsettled: str, waits: str
) -> None:
    moves = read_moves(given(held, "abcde", lines, unsettled=unsettled))
    assert {address.name for address in moves.waiting} == set(waits)
    assert not {address.name for address in moves.places} & set(waits)
    assert all("PromptTemplate/" + unsettled in reason for reason in moves.waiting.values())


def test_what_waits_is_unknown_and_nothing_of_it_ends_or_is_made() -> None:
    found = given("ab", "bc", "ab bc", unsettled="b")
    after = moved_input(found, read_moves(found))
    assert after.state == found.state
    world = World(prompt("a")).remove("PromptTemplate/a").want(prompt("b"))
    world.moved[at("a")] = at("b")
    world.unsettled[at("a")] = "its answer was lost"
    assert shown(world.plan().changes) == ["unknown PromptTemplate/a", "unknown PromptTemplate/b"]


def test_what_was_made_from_what_waits_does_not_end_either() -> None:
    """The model of a run that cannot move yet may be wanted under another name."""
    world = renamed("c")
    world.unsettled[Address("FineTuningTask", "faq-a")] = "its answer was lost"
    assert shown(world.plan().changes) == [
        "unknown FineTuningTask/faq-a", "unknown FineTuningTask/faq-c",
        "unknown Model/faq-a", "unknown Model/faq-c",
    ]  # fmt: skip


def test_kept_objects_join_each_other_where_only_they_stood() -> None:
    found = given("ab", "b", "ab")
    kept = {at("a"): (Retired("a-0", {}),), at("b"): (Retired("b-0", {}),)}
    entries = {a: replace(e, retired=kept[a]) for a, e in found.state.entries.items()}
    entries[at("b")] = replace(entries[at("b")].without_object())
    found = replace(found, state=replace(found.state, entries=entries))
    (after,) = moved_input(found, read_moves(found)).state.entries.values()
    assert (after.id, [item.id for item in after.retired]) == (entries[at("a")].id, ["b-0", "a-0"])


def test_kept_objects_alone_do_not_push_anything_aside() -> None:
    found = given("ab", "b", "ab")
    entries = dict(found.state.entries)
    entries[at("a")] = replace(entries[at("a")].without_object(), retired=(Retired("a-0", {}),))
    assert read_moves(replace(found, state=replace(found.state, entries=entries))).places == {}


def test_a_move_takes_a_kind_s_own_addresses_only() -> None:
    world = World(prompt("a"))
    world.moved = {at("a"): Address("Dataset", "b")}
    assert read_moves(world.given()) == Moves()


# --- what was made from a run


def renamed(*models: str) -> World:
    """The run a is called c now; `models` are declared, each of the run of its name."""
    world = World(*trained()).remove("FineTuningTask/faq-a").remove("Model/faq-a").want(run("c", 0.0003))
    world.moved[Address("FineTuningTask", "faq-a")] = Address("FineTuningTask", "faq-c")
    for name in models:
        world.want(edited(model(name), trainMeta=model("c").attributes["trainMeta"]))
    return world


def moves_of(world: World) -> dict[str, str]:
    found = read_moves(world.given()).places
    return {str(old): str(new) for old, new in found.items()}


RUN = {"FineTuningTask/faq-a": "FineTuningTask/faq-c"}


def test_a_model_follows_its_run_without_a_line_of_its_own() -> None:
    assert moves_of(renamed("c")) == {**RUN, "Model/faq-a": "Model/faq-c"}
    assert shown(renamed("c").plan().changes) == ["move FineTuningTask/faq-c", "move Model/faq-c"]


@pytest.mark.parametrize("old", ["Model/faq-a", "Model/faq-c"])
def test_a_model_of_which_it_is_said_that_it_is_another_does_not_follow(old: str) -> None:
    world = renamed("c")
    world.moved[Address.parse(old)] = None
    assert moves_of(world) == RUN


@pytest.mark.parametrize("name", ["Model/faq-a", "Model/faq-c"])
def test_a_model_with_an_open_call_does_not_follow(name: str) -> None:
    world = renamed("c")
    world.unsettled[Address.parse(name)] = "its answer was lost"
    assert moves_of(world) == RUN


def test_a_model_whose_place_is_taken_does_not_follow() -> None:
    world = World(*trained(), run("b", 0.1), model("b")).remove("Model/faq-a")
    a, c = Address("FineTuningTask", "faq-a"), Address("FineTuningTask", "faq-c")
    world.remove(str(a)).want(run("c", 0.0003))
    world.want(edited(model("b"), trainMeta=model("c").attributes["trainMeta"]))
    world.moved = {a: c}
    assert moves_of(world) == RUN


def test_a_model_that_stays_where_it_is_does_not_follow() -> None:
    assert moves_of(renamed("a")) == RUN


def test_of_two_models_of_one_run_none_is_chosen() -> None:
    assert moves_of(renamed("c", "d")) == RUN


def test_with_exchanged_runs_go_their_models() -> None:
    world = World(*trained(), run("b", 0.1), model("b"))
    a, b = Address("FineTuningTask", "faq-a"), Address("FineTuningTask", "faq-b")
    world.want(run("a", 0.1), run("b", 0.0003))
    world.moved = {a: b, b: a}
    assert moves_of(world) == {
        str(a): str(b), str(b): str(a), "Model/faq-a": "Model/faq-b", "Model/faq-b": "Model/faq-a",
    }  # fmt: skip
    assert {action.split()[0] for action in shown(world.plan().changes)} == {"move"}
