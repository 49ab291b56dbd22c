"""The values that stories are made of. Every text in them is one harmless line; none knows a page.

What is shortened by meaning (an id, a value named by its beginning) is shortened here. What is shortened to
fit a page stays whole: values as `Slot`, long texts as their changed lines.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Emphasis(enum.IntEnum):
    """How loudly something is said, the loudest first; a printer chooses what that looks like."""

    DANGER = 0
    MONEY = 1
    WARN = 2
    ADD = 3
    CALM = 4
    PLAIN = 5


@dataclass(frozen=True, slots=True)
class Phrase:
    """Some words, and how loudly they are said."""

    text: str
    emphasis: Emphasis = Emphasis.PLAIN
