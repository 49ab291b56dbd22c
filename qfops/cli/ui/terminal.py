"""Standard output and standard error: results here, progress and diagnostics there; UTF-8 on both.

A reader that has gone away (`| head`) never breaks a command off: what is left to say is dropped.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import NamedTuple, TextIO

_PIPE_WIDTH = 100
_NARROWEST, _WIDEST = 60, 160
_masks: list[Callable[[str], str]] = []
"""What takes keys out of texts, until the next command begins."""
_unwritten: list[OSError] = []
"""Why results were lost, until the process ends."""


class StreamPage(NamedTuple):
    """How text is laid out on a stream: ANSI colours or none, and the width in cells."""

    color: bool
    width: int


def open_closed() -> None:
    """Open what was closed from outside (`>&-`), so that no file of ours takes the number of a stream.

    Results then cannot be written, and that is said; what nobody hears (standard error) vanishes.
    """
    for number, name, flags in (
        (0, "stdin", os.O_RDONLY),
        (1, "stdout", os.O_RDONLY),
        (2, "stderr", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            nowhere = os.open(os.devnull, flags)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


def begin() -> None:
    """Begin a command: UTF-8 whatever the locale says, and no mask of the one before.

    A character that cannot be written never ends a command.
    """
    _masks.clear()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def page(stream: TextIO | None = None) -> StreamPage:
    """The page that standard output (or another stream) is: 100 cells without colour on a pipe."""
    stream = stream or sys.stdout
    if not is_terminal(stream):
        return StreamPage(False, _PIPE_WIDTH)
    try:
        width = os.get_terminal_size(stream.fileno()).columns or _PIPE_WIDTH
    except OSError:
        width = _PIPE_WIDTH
    return StreamPage(colored(), max(_NARROWEST, min(_WIDEST, width)))


def colored() -> bool:
    """Whether a terminal may be sent colours: NO_COLOR and dumb terminals say no."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody sits at the other end."""
    return not stream.closed and stream.isatty()


def can_ask() -> bool:
    """Whether a person can be shown a plan and be asked."""
    return is_terminal(sys.stdin) and is_terminal(sys.stdout)


def mask_with(mask: Callable[[str], str]) -> None:
    """Send whatever is written from now on through `mask` as well, until the command ends."""
    _masks.append(mask)


def _masked(text: str) -> str:
    for mask in _masks:
        text = mask(text)
    return text


def out(text: str) -> None:
    """Write a result, as it is but for keys."""
    _write(sys.stdout, _masked(text))


def note(text: str, *, keys: bool = False) -> None:
    """Write one or more lines of progress or diagnosis; with `keys` also those that are hidden otherwise."""
    text = text if text.endswith("\n") else text + "\n"
    _write(sys.stderr, text if keys else _masked(text))


def ask(question: str) -> str:
    """Ask on the terminal; the line that is typed, without the spaces around it.

    What was typed before the question stood there was no answer to it: it is thrown away.
    """
    _forget_typed()
    _write(sys.stderr if is_terminal(sys.stderr) else sys.stdout, _masked(f"{question} "))
    return sys.stdin.readline().strip()


def _forget_typed() -> None:
    """Throw away what waits to be read on a real terminal (a program that stands in for one has nothing)."""
    import termios

    try:
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    except (OSError, ValueError, termios.error):
        return


def lost() -> bool:
    """Whether results could not be written; what is still held is written first."""
    for stream in (sys.stdout, sys.stderr):
        _write(stream, "")
    return bool(_unwritten)


def finish(code: int) -> int:
    """The exit code in the end: 1 where a result could not be written, though all else went well."""
    unwritten = lost()
    _unwritten.clear()
    return code or int(unwritten)


def _write(stream: TextIO, text: str) -> None:
    """Write at once. Nothing is raised: work under way must not break off because nobody can read of it."""
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _drop(stream)
    except OSError as error:
        _drop(stream)
        if stream is sys.stdout:
            _unwritten.append(error)
            note(f"error: standard output cannot be written: {error.strerror or error}")


def _drop(stream: TextIO) -> None:
    """Let everything that is still written to a stream vanish."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
