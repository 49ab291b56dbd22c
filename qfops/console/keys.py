"""Keys that cannot be right on sight are refused here, before anything is signed with them.

No secret is shown, nor kept in a variable of a frame that an error passes through.
"""

from __future__ import annotations

from qfops.core.errors import UsageError
from qfops.core.settings import Credentials


def check(credentials: Credentials, keys: str) -> None:
    """UsageError for a key that is missing or damaged; `keys` is the prefix of the variables to set."""
    for name, fault in (
        ("access key", _fault(credentials.access_key, forbidden="/")),
        ("secret key", _fault(credentials.secret_key.reveal())),
    ):
        variable = f"{keys}_{name.upper().replace(' ', '_')}"
        if fault == "missing":
            raise UsageError(f"the {name} is missing", remedy=f"Set {variable}.")
        if fault:
            raise UsageError(
                f"the {name} holds {fault}, which no key does",
                remedy=f"Copy the key into {variable} again, without anything around it.",
            )


def _fault(key: str, forbidden: str = "") -> str:
    """What is wrong with a key on sight, or ""."""
    if not key:
        return "missing"
    if not key.isascii() or not key.isprintable():
        return "a character outside printable ASCII"
    return "a blank, a quotation mark or a slash" if any(char in " \"'" + forbidden for char in key) else ""
