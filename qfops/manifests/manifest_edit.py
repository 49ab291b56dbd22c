"""One safe textual edit of a manifest: an item put into `metadata.lifecycle.ignore`.

Pure: text in, text out. It knows block style with one document only and gives up on anything else; whoever
uses it reads the result again before trusting it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from qfops.core.resource import Ignore

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_STEP = "  "


class Block(NamedTuple):
    """A mapping in block style: the line of its key, the lines below it, and the indent of its keys."""

    head: int
    end: int
    indent: str


def item_text(item: Ignore) -> str:
    """`{path: …, reason: …, until: …}` as one line of YAML."""
    fields = {
        "path": item.path if _PLAIN.fullmatch(item.path) else _quoted(item.path),
        "reason": _quoted(item.reason),
        "until": item.until.isoformat() if item.until else "",
    }
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items() if value) + "}"


def _quoted(text: str) -> str:
    """Text in double quotes that no substitution touches."""
    return json.dumps(text.replace("${", "$${"), ensure_ascii=False)


def lines_to_add(item: Ignore) -> str:
    """What to write by hand."""
    return f"metadata:\n  lifecycle:\n    ignore:\n      - {item_text(item)}\n"


def with_ignore(text: str, item: Ignore) -> str | None:
    """The manifest with the item put in front of `lifecycle.ignore`; None where that is not safe."""
    lines = text.splitlines(keepends=True)
    if _documents(lines) != 1:
        return None
    ending = "\r\n" if lines[0].endswith("\r\n") else "\n"
    insertion = _insertion(lines, item)
    if insertion is None:
        return None
    index, added = insertion
    if index and not lines[index - 1].endswith("\n"):
        lines[index - 1] += ending
    return "".join([*lines[:index], *(line + ending for line in added), *lines[index:]])


def _documents(lines: Sequence[str]) -> int:
    """How many documents the lines hold: a marker counts once something stands before it."""
    count, written = 0, False
    for line in lines:
        if line.startswith(("---", "...")):
            written = False
        elif _counts(line) and not written:
            written, count = True, count + 1
    return count


def _insertion(lines: Sequence[str], item: Ignore) -> tuple[int, list[str]] | None:
    """Where to put which lines."""
    metadata = _block(lines, 0, len(lines), "", "metadata")
    if metadata is None or _key(lines, metadata, "forEach") is not None:
        return None
    one = f"- {item_text(item)}"
    inner = metadata.indent
    if _key(lines, metadata, "lifecycle") is None:
        return metadata.end, [
            f"{inner}lifecycle:", f"{inner}{_STEP}ignore:", f"{inner}{_STEP * 2}{one}",
        ]  # fmt: skip
    lifecycle = _block(lines, metadata.head + 1, metadata.end, inner, "lifecycle")
    if lifecycle is None:
        return None
    if _key(lines, lifecycle, "ignore") is None:
        return lifecycle.head + 1, [f"{lifecycle.indent}ignore:", f"{lifecycle.indent}{_STEP}{one}"]
    ignore = _block(lines, lifecycle.head + 1, lifecycle.end, lifecycle.indent, "ignore")
    if ignore is None:
        return None
    return ignore.head + 1, [f"{ignore.indent}{one}"]


def _block(lines: Sequence[str], start: int, end: int, indent: str, key: str) -> Block | None:
    """The block that begins with the line `key:`; None where it is missing, empty or not in block style."""
    head = re.compile(rf"{indent}{key}:\s*(#.*)?")
    heads = [index for index in range(start, end) if head.fullmatch(lines[index].rstrip())]
    if len(heads) != 1:
        return None
    last = heads[0]
    inner = ""
    for index in range(heads[0] + 1, end):
        if not _counts(lines[index]):
            continue
        here = _indent(lines[index])
        below = len(here) > len(indent) or (here == indent and lines[index].lstrip().startswith("- "))
        if not below:
            break
        inner = inner or here
        last = index
    plain = set(inner) <= {" "}
    return Block(heads[0], last + 1, inner) if last > heads[0] and plain else None


def _key(lines: Sequence[str], block: Block, key: str) -> int | None:
    """The line of a key directly in a block, however its value is written."""
    pattern = re.compile(rf"{block.indent}[\"']?{key}[\"']?\s*:")
    return next((index for index in range(block.head + 1, block.end) if pattern.match(lines[index])), None)


def _counts(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
