"""Console edits as text: what was applied, what the console holds, what the manifest says, the ways on."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from qfops.core.plan import Drift
from qfops.core.values import same
from qfops.render.layout import Page, Style, cells, clean, pad, plural
from qfops.render.text.marked import marked_lines
from qfops.render.textdiff import changed_lines
from qfops.render.values import fits, show

_INDENT = " " * 12


def drift_text(
    drift: Sequence[Drift], *, command: str = "qfops", color: bool = False, width: int = 100
) -> str:
    """The report of `qfops drift`: every console edit with the ways on, then what is accepted or ignored."""
    page = Page(width, color)
    open_edits = [item for item in drift if not item.ignored]
    ignored = [item for item in drift if item.ignored]
    lines: list[str] = []
    if open_edits:
        lines.append(page.paint(plural(len(open_edits), "console edit"), Style.HEAD))
        lines += drift_lines(open_edits, command, page)
    else:
        lines.append("No drift. The console holds what was applied.")
    if ignored:
        lines.append(page.paint(f"{plural(len(ignored), 'console edit')} accepted or ignored", Style.HEAD))
        lines += [line for item in ignored for line in _item(item, page, reason=True)]
    return "\n".join(lines) + "\n"


def drift_lines(drift: Sequence[Drift], command: str, page: Page) -> list[str]:
    """The edits, and once below them what can be done about each."""
    lines = [line for item in drift for line in _item(item, page, reason=False)]
    revertible = [item for item in drift if item.revertible]
    target = place(drift[0]) if len(drift) == 1 else "ADDRESS.PATH"
    ways = ["keep: copy the value into the manifest"]
    if revertible:
        ways.append("undo: --allow revert-drift")
    elif drift:
        ways.append("undo: by hand in the console, no call can do it")
    until = f"until a date: {command} drift --accept {target} --until DATE --why TEXT"
    for text in (" │ ".join([*ways, until]), " │ ".join(ways)):
        if cells(_INDENT + text) <= page.width:
            rest = [] if until in text else [until]
            return [*lines, *(_INDENT + line for line in (text, *rest))]
    return [*lines, *(_INDENT + line for line in (*ways, until))]


def place(item: Drift) -> str:
    """`ADDRESS.path` as `drift --accept` takes it, quoted for the shell where needed."""
    dot = "" if item.path.startswith("[") else "."
    return clean(shlex.quote(f"{item.address}{dot}{item.path}"))


def _item(item: Drift, page: Page, *, reason: bool) -> list[str]:
    label = f"  ! {item.address} {clean(item.path)}"
    sides = {"applied": item.prior, "console": item.live, "manifest": item.desired}
    compact = [f"{name} {show(value)}" for name, value in sides.items()]
    note = [_INDENT + clean(item.reason)] if reason and item.reason else []
    if not item.revertible and not item.ignored:
        note.append(_INDENT + "no call can undo this one")
    if all(fits(value) for value in sides.values()):
        joined = f"{label}   {' │ '.join(compact)}"
        if cells(joined) <= page.width:
            return [page.paint(joined, Style.WARN), *note]
    return [page.paint(label, Style.WARN), *_rows(item, page), *note]


def _rows(item: Drift, page: Page) -> list[str]:
    """The sides below each other; what the console changed in a long text is marked in words."""
    sides = [("applied", item.prior), ("console", item.live), ("manifest", item.desired)]
    if not (isinstance(item.prior, str) and isinstance(item.live, str)):
        return [f"{_INDENT}{pad(name, 8)} {show(value, page.width - 21)}" for name, value in sides]
    inner = Page(page.width - len(_INDENT), page.color)
    lines = [f"{_INDENT}{line}" for line in marked_lines(list(changed_lines(item.prior, item.live)), inner)]
    unchanged = same(item.desired, item.prior)
    says = "says what was applied" if unchanged else f"{show(item.desired, page.width - 21)}"
    return [f"{_INDENT}applied → console:", *lines, f"{_INDENT}manifest {says}"]
