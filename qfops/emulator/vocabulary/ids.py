"""Ids as the console forms them: a prefix and random lower-case letters and digits.

Unpredictable on purpose: nobody may rely on an id's order or value.
"""

import secrets

_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def random_word(length: int) -> str:
    """Return `length` random lower-case letters and digits."""
    number = secrets.randbits(length * 6)
    letters = []
    for _ in range(length):
        number, digit = divmod(number, 36)
        letters.append(_LETTERS[digit])
    return "".join(letters)


def instance_id() -> str:
    """Return the id of compute bought for one service: 32 hexadecimal digits."""
    return secrets.token_hex(16)
