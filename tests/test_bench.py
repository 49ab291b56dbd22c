"""The comparison of two commits: what it prints, and what it lets through to the trees."""

from pathlib import Path

import pytest

from benchmarks.against import Sample, Tree, heading, table


def test_the_table_has_medians_and_the_share_of_the_other_tree() -> None:
    ours = [Sample(0.5, 2.0, 80.0), Sample(9.0, 9.0, 90.0), Sample(0.6, 1.0, 70.0)]
    theirs = [Sample(1.2, 4.0, 160.0)] * 3
    names = ["this tree", "c0ffee"]
    assert [*heading(names), *table("plan", names, [ours, theirs])] == [
        "| case | median of | this tree | c0ffee | ratio |",
        "|---|---|---|---|---|",
        "| plan | processor time | 600 ms | 1,200 ms | 0.500 |",
        "| plan | wall time | 2,000 ms | 4,000 ms | 0.500 |",
        "| plan | peak memory | 80 MB | 160 MB | 0.500 |",
    ]


def test_a_tree_alone_has_no_share() -> None:
    assert heading(["this tree"])[0] == "| case | median of | this tree |"
    assert (
        table("plan", ["this tree"], [[Sample(1.0, 1.0, 1.0)]])[0] == "| plan | processor time | 1,000 ms |"
    )


def test_both_trees_get_the_same_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bytecode, a tree that has just been checked out would be slower than one that has it."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("QFOPS_ENV", "prod")
    found = Tree("this tree", Path("/tree")).environment(more="1")
    ours = {
        name: value for name, value in found.items() if name.startswith(("PYTHON", "QFOPS")) or name == "more"
    }
    assert ours == {"PYTHONPATH": "/tree", "more": "1"}
