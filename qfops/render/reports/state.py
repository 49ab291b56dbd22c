"""What state knows, as text: `state list` one line an address, `state show` one entry in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from qfops.core.address import Address
from qfops.core.observation import words_of
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.state import State
from qfops.core.values import Value
from qfops.render.layout import Page, Style, cells, clean, pad
from qfops.render.values import duration, show

_RETIRED_ONLY = "(only retired objects)"


def state_list(state: State, *, color: bool = False) -> str:
    """Address, id, status and retired objects of every entry, by address; then what is still open."""
    page = Page(color=color)
    rows = [_row(address, state.entries[address]) for address in sorted(state.entries)]
    widths = [max((cells(row[column]) for row in rows), default=0) for column in range(3)]
    lines = [
        "  ".join(pad(text, width) for text, width in zip(row, [*widths, 0], strict=True)) for row in rows
    ]
    lines = [line.rstrip() for line in lines] or ["The state holds no resources."]
    for record in sorted(state.intents.values(), key=lambda item: item.header.seq):
        call = record.header
        text = f"open call: {call.address} {call.step} {call.operation}; settled by the next plan"
        lines.append(page.paint(clean(text), Style.WARN))
    if state.approved is not None:
        lines.append(page.paint("an approved plan is not done yet: apply --resume", Style.WARN))
    return "\n".join(lines) + "\n"


def _row(address: Address, entry: Entry) -> tuple[str, str, str, str]:
    retired = f"{len(entry.retired):,} retired" if entry.retired else ""
    return (
        str(address),
        clean(entry.id) if entry.id else _RETIRED_ONLY,
        clean(words_of(entry.status)),
        retired,
    )


def state_show(entry: Entry, *, color: bool = False) -> str:
    """Everything about one entry, values in full."""
    page = Page(color=color)
    lines = [
        page.paint(str(entry.address), Style.HEAD),
        f"  id            {clean(entry.id or _RETIRED_ONLY)}",
    ]
    facts = {
        "status": words_of(entry.status),
        "took": duration(entry.seconds) if entry.seconds else "",
        "run key": entry.run_key,
        "depends on": ", ".join(str(item) for item in entry.dependencies),
        "assumed": ", ".join(entry.assumed),
        "labels": ", ".join(f"{key}={value}" for key, value in sorted(entry.labels.items())),
        "protected": "yes" if entry.lifecycle.protect else "",
        "on remove": entry.lifecycle.on_remove if entry.lifecycle.on_remove != "delete" else "",
        "on replace": entry.lifecycle.on_replace or "",
    }
    lines += [f"  {name:<13} {clean(text)}" for name, text in facts.items() if text]
    for title, values in (
        ("attributes", entry.attributes),
        ("outputs", entry.outputs),
        ("inputs", entry.inputs),
    ):
        lines += _values(title, values, page)
    for item in entry.retired:
        lines += _retired(item, page)
    return "\n".join(lines) + "\n"


def _values(title: str, values: Mapping[str, Value], page: Page, indent: str = "  ") -> Iterator[str]:
    if values:
        yield indent + page.paint(title, Style.HEAD)
        column = max(cells(key) for key in values)
        for key in sorted(values):
            yield f"{indent}  {pad(clean(key), column)}  {show(values[key], 0)}"


def _retired(item: Retired, page: Page) -> Iterator[str]:
    due = f", {item.due} is due" if item.due else ""
    why = f": {clean(item.why)}" if item.why else ""
    yield f"  {page.paint('retired', Style.HEAD)} {clean(item.id)}{why}{due}"
    yield from _values("attributes", item.attributes, page, "    ")
