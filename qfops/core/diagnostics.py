"""What is wrong with the user's input: collected, sorted, and shown all at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from qfops.core.address import Address, Location

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a short summary in fixed words, what and why in `detail`, what to do in `remedy`."""

    code: str
    summary: str
    detail: str = ""
    remedy: str = ""
    address: Address | None = None
    path: str = ""
    location: Location | None = None
    severity: Severity = "error"

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sorts by file, line, column, then code and path."""
        file, line, column = self.location or ("", 0, 0)
        return (file, line, column, self.code, self.path)


def arranged(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, each finding once."""
    return sorted(dict.fromkeys(diagnostics), key=lambda item: item.order)


def nearest(word: str, known: Iterable[str]) -> str:
    """The remedy for a misspelling: ` Did you mean "x"?`, or an empty string when nothing is near."""
    names = list(known)
    found = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if not found:
        folded = {name.lower(): name for name in names}
        found = [folded[word.lower()]] if word.lower() in folded else []
    return f'Did you mean "{found[0]}"?' if found else ""
