"""How loud words look on a terminal: the emphasis of a story as a style of the page."""

from __future__ import annotations

from collections.abc import Iterable

from qfops.render.layout import Page, Style
from qfops.render.story.parts import Emphasis, Phrase

_STYLES = {
    Emphasis.DANGER: Style.DANGER,
    Emphasis.MONEY: Style.MONEY,
    Emphasis.WARN: Style.WARN,
    Emphasis.ADD: Style.ADD,
    Emphasis.CALM: Style.CALM,
    Emphasis.PLAIN: None,
}


def painted(text: str, emphasis: Emphasis, page: Page) -> str:
    """`text` in the colour of its emphasis."""
    return page.paint(text, _STYLES[emphasis])


def loudest(phrases: Iterable[Phrase]) -> Emphasis:
    """The emphasis of phrases that stand together: that of the loudest."""
    return min((phrase.emphasis for phrase in phrases), default=Emphasis.PLAIN)
