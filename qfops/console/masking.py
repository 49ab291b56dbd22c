"""Keys in texts: which part of a key may be seen, and texts with the others masked. Pure.

An access key id is public and shows which key is meant; a secret key is not, in whatever variable it stands.
Ids of today begin with ALTAK; what does not is never shown, for it may be a secret in the wrong place.
"""

from __future__ import annotations

from collections.abc import Iterable

HIDDEN = "***"
_PUBLIC = "ALTAK"
_SHORTEST = 12
"""Keys are longer; what is shorter stands in too many words to be masked in all of them."""


def is_public(key: str) -> bool:
    """Whether a key is the id of an access key, which everybody may see."""
    return key.startswith(_PUBLIC)


def shown(key: str) -> str:
    """A key as a message may show it."""
    return key if is_public(key) else HIDDEN


class Mask:
    """Replaces secrets in texts, and never shows what it hides.

    `keys` that are public, or too short to be keys, stay; longer ones go first, as one may hold another.
    """

    __slots__ = ("_secrets",)

    def __init__(self, keys: Iterable[str]) -> None:
        secrets = {key for key in keys if len(key) >= _SHORTEST and not is_public(key)}
        self._secrets = sorted(secrets, key=lambda key: (-len(key), key))

    def __repr__(self) -> str:
        return f"Mask({len(self._secrets)} keys)"

    def of(self, text: str) -> str:
        """The text with every secret masked."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text
