"""Keys that cannot be right on sight are refused here, before anything is signed with them.

No secret is shown, nor kept in a variable of a frame that an error passes through.
"""

from __future__ import annotations

from qfops.console.masking import is_public
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
    _check_places(credentials, f"{keys}_ACCESS_KEY", f"{keys}_SECRET_KEY")


def _check_places(credentials: Credentials, access: str, secret: str) -> None:
    """UsageError where a key stands in the other one's variable: as an access key, a secret would be sent."""
    same = credentials.access_key == credentials.secret_key.reveal()
    if same:
        raise UsageError(
            f"{access} and {secret} hold the same key",
            "Nothing was sent: the access key travels with every request, the secret key never.",
            f"Copy the access key into {access} and its secret key into {secret}.",
        )
    if is_public(credentials.secret_key.reveal()):
        exchanged = not is_public(credentials.access_key)
        raise UsageError(
            "the two keys look exchanged" if exchanged else f"{secret} holds an access key",
            f"{secret} begins as access keys do. Nothing was sent: an access key travels with every request.",
            f"Exchange what {access} and {secret} hold."
            if exchanged
            else f"Copy the secret key that belongs to the access key into {secret}.",
        )


def _fault(key: str, forbidden: str = "") -> str:
    """What is wrong with a key on sight, or ""."""
    if not key:
        return "missing"
    if not key.isascii() or not key.isprintable():
        return "a character outside printable ASCII"
    return "a blank, a quotation mark or a slash" if any(char in " \"'" + forbidden for char in key) else ""
