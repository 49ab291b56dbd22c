"""A number and a unit, in seconds."""

import pytest

from qfops.core.durations import seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("500ms", 0.5), ("1s", 1.0), ("1.5m", 90.0), ("72h", 259200.0), ("2d", 172800.0)],
)
def test_durations(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "3", "x", "1 s", "-5m", "1h30m", "1S", "1s\n", ".5s"])
def test_what_is_no_duration(text: str) -> None:
    assert seconds(text) is None
