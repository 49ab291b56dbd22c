"""Changes as lines: verb and label in columns, the sentence beside them, everything else below, indented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from qfops.render.layout import Page, Style, cells, pad, wrap
from qfops.render.story.parts import ChangeStory, Edit, GroupStory, Remark
from qfops.render.text.details import detail_lines
from qfops.render.text.head import heading_lines
from qfops.render.text.paint import painted

INDENT = 12
_LABEL_LIMIT = 40
_VERB = 9
_SENTENCE = 24


@dataclass(frozen=True, slots=True)
class Columns:
    """The widths of a group's columns, in cells."""

    verb: int = _VERB
    label: int = 0

    @classmethod
    def of(cls, group: GroupStory) -> Columns:
        """Wide enough for the group, up to a limit; a longer label pushes its own line only."""
        verbs = [cells(item.verb) for item in group.changes]
        verbs += [cells(item.verb) for item in group.also]
        labels = [label for item in group.changes for label in item.members or (item.label,)]
        labels += [item.label for item in group.also]
        sizes = (size for label in labels if (size := cells(label)) <= _LABEL_LIMIT)
        return cls(max([_VERB, *verbs]), max(sizes, default=0))


def group_lines(group: GroupStory, page: Page) -> list[str]:
    """A heading, its changes, and below them what is told under other headings."""
    columns = Columns.of(group)
    lines = heading_lines(group.heading, page)
    for story in group.changes:
        lines += change_lines(story, columns, page)
    for item in group.also:
        lines.append(f"  {pad(item.verb, columns.verb)} {pad(item.label, columns.label)}  {item.see}")
    return [*lines, f"  {group.more}"] if group.more else lines


def change_lines(story: ChangeStory, columns: Columns, page: Page) -> Iterator[str]:
    """The first line and what stands below it."""
    yield from _head(story, columns, page)
    inner = Page(page.width - INDENT, page.color)
    yield from indented(line for detail in story.details for line in detail_lines(detail, inner))
    yield from indented(_edit(edit) for edit in story.edits)
    yield from indented(line for remark in story.remarks for line in _remark(remark, inner))
    yield from indented(page.paint(f"{way.label}: {way.text}", Style.HEAD) for way in story.ways_on)


def indented(lines: Iterable[str]) -> Iterator[str]:
    """Lines below a first line."""
    return (" " * INDENT + line for line in lines)


def _head(story: ChangeStory, columns: Columns, page: Page) -> list[str]:
    sentence = "; ".join(story.facts)
    verb, name = pad(story.verb, columns.verb), pad(story.label, columns.label)
    lead = f"  {painted(verb, story.emphasis, page)} {name}"
    if not sentence:
        return [lead.rstrip()]
    room = page.width - cells(f"  {verb} {name}") - 2
    if room < min(_SENTENCE, cells(sentence)):
        return [lead.rstrip(), *indented(wrap(sentence, page.width - INDENT))]
    first, *rest = wrap(sentence, room, page.width - INDENT)
    return [f"{lead}  {first}", *indented(rest)]


def _edit(edit: Edit) -> str:
    return f"{edit.label}: {edit.place}  {edit.summary}".rstrip()


def _remark(remark: Remark, page: Page) -> Iterator[str]:
    for line in wrap(f"{remark.label}: {remark.text}", page.width):
        yield painted(line, remark.emphasis, page)
