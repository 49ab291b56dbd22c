"""Codes are an output format: each one has a meaning, and is used."""

from __future__ import annotations

import re
from pathlib import Path

from qfops.manifests import codes

CONSTANTS = {name: value for name, value in vars(codes).items() if name.isupper() and isinstance(value, str)}


def test_every_code_is_kebab_case_and_has_a_meaning() -> None:
    assert set(CONSTANTS.values()) == set(codes.MEANINGS)
    assert len(set(CONSTANTS.values())) == len(CONSTANTS)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes.MEANINGS)
    assert all(meaning.endswith(".") for meaning in codes.MEANINGS.values())


def test_every_code_is_reported_and_seen_by_a_test() -> None:
    package = "".join(path.read_text("utf-8") for path in Path(codes.__file__).parent.rglob("*.py"))
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in CONSTANTS if f"codes.{name}" not in package] == []
    assert [code for code in CONSTANTS.values() if code not in tests] == []
