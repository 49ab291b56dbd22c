"""What a plan says of an approval that state still holds: which changes are left, and what awaits each."""

from __future__ import annotations

from dataclasses import dataclass

from qfops.core.address import Address


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change that was approved and is not done.

    `dropped` says why going on drops it; "": the plan makes it as it was approved; None: this plan was asked
    for otherwise than the approved one, so it cannot tell.
    """

    address: Address
    object: str
    action: str
    dropped: str | None = None


@dataclass(frozen=True, slots=True)
class StoredApproval:
    """An approval that is not done; `at` in seconds since 1970, `flags` as they were typed.

    `resumed`: the plan is what is left of it.
    """

    digest: str
    by: str
    at: float
    flags: str
    changes: tuple[StoredChange, ...]
    resumed: bool = False
