"""Plan options as saved plans and approvals keep them: nothing odd is read as something else."""

from __future__ import annotations

import pytest

from qfops.core.address import Address
from qfops.core.plan_options import PlanOptions, Scope, read_options
from qfops.core.values import JSON

ASKED = PlanOptions(
    scope=Scope.PRUNE,
    paths=("a b",),
    targets=(Address("Service", "faq"),),
    labels=(("team", "客服"),),
    prune=True,
    retry_failed=True,
    revert_drift=True,
)


def test_options_come_back() -> None:
    """Every option, whatever the others are."""
    assert read_options(ASKED.to_json()) == ASKED
    assert read_options(PlanOptions().to_json()) == PlanOptions()


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("scope", "all", "scope must be one of project, destroy, prune"),
        ("prune", "yes", "prune must be true or false"),
        ("retryFailed", 1, "retryFailed must be true or false"),
        ("revertDrift", None, "revertDrift must be true or false"),
        ("paths", "a", "paths must be a list"),
        ("paths", [1], "paths must be a list of texts"),
        ("targets", ["faq"], "is not an address"),
        ("labels", [["team"]], "pairs of key and value"),
        ("labels", [["team", 1]], "pairs of key and value"),
    ],
)
def test_what_is_odd_is_refused(key: str, value: JSON, said: str) -> None:
    """A switch that is no switch is not read as off."""
    with pytest.raises(ValueError, match=said):
        read_options({**ASKED.to_json(), key: value})


def test_keys_are_all_there_and_no_others() -> None:
    """A missing one is not filled in: it may have been the one that counts."""
    whole = ASKED.to_json()
    with pytest.raises(ValueError, match="must have the keys"):
        read_options({key: value for key, value in whole.items() if key != "prune"})
    with pytest.raises(ValueError, match="must have the keys"):
        read_options({**whole, "force": True})
