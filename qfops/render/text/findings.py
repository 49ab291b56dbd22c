"""Findings about the user's input as lines: place, severity, summary; below them the way out."""

from __future__ import annotations

from collections.abc import Iterable

from qfops.core.diagnostics import Diagnostic
from qfops.render.layout import Page, Style, clean, wrap

_INDENT = "    "


def finding_lines(findings: Iterable[Diagnostic], page: Page) -> list[str]:
    """The findings without the counts, in the order given; remedies are not wrapped: they are copied."""
    lines: list[str] = []
    room = page.width - len(_INDENT)
    for item in findings:
        place = f"{clean(str(item.location))}: " if item.location else ""
        severity = page.paint(f"{item.severity}:", Style.DANGER if item.severity == "error" else Style.WARN)
        lines.append(f"{place}{severity} {clean(item.summary)} [{item.code}]")
        about = " ".join(part for part in (str(item.address or ""), clean(item.path)) if part)
        if about:
            lines.append(_INDENT + about)
        for line in item.detail.splitlines():
            lines += [_INDENT + part for part in wrap(clean(line), room)]
        lines += [_INDENT + page.paint(clean(line), Style.HEAD) for line in item.remedy.splitlines()]
    return lines
