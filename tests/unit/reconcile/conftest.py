"""Scripted consoles use short ids; `tests/unit/kinds/test_ids.py` tests the forms of the kinds."""

from __future__ import annotations

import pytest

from qfops.core.values import JSON
from qfops.kinds.base import IdForm, is_plain_id


@pytest.fixture(autouse=True)
def _short_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any plain word is an id of every kind."""

    def fits(self: IdForm, value: JSON) -> bool:
        return is_plain_id(value)

    monkeypatch.setattr(IdForm, "fits", fits)
