"""The documentation says what the code does: choices, codes, actions, knobs."""

from dataclasses import fields
from pathlib import Path

from qfops.emulator.catalogue import ACTIONS
from qfops.emulator.choices import CHOICES
from qfops.emulator.vocabulary.errors import CODES
from qfops.emulator.vocabulary.knobs import DEFAULT_DURATIONS, Knobs

TEXT = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading."""
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_choices() -> None:
    assert rows("Choices") == [[choice.area, choice.question, choice.answer] for choice in CHOICES]


def test_codes() -> None:
    written = [(cells[0].strip("`"), cells[1], cells[2:] == ["own"]) for cells in rows("Error codes")]
    assert written == [(name, str(code.status), code.own) for name, code in CODES.items()]


def test_actions() -> None:
    written = {(row[0].strip("`"), name) for row in rows("Actions") for name in row[1].split(", ")}
    assert written == set(ACTIONS)


def test_knobs() -> None:
    written = {row[0].strip("`"): row[1] for row in rows("Knobs")}
    assert {entry.name for entry in fields(Knobs)} < set(written)
    shown = ", ".join(f"{name} {seconds:g}" for name, seconds in DEFAULT_DURATIONS.items())
    assert written["durations"] == shown
