"""`qfops init`: a small project in an empty folder. Writes new files only, all of them or none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import click

from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal

_OTHERS = re.compile(r"[^a-z0-9]+")
_NAME_LIMIT = 40
_DEFAULT_NAME = "example"


@click.command("init")
@click.pass_obj
def init_command(invocation: Invocation) -> int:
    """Write a small project that works at once: a prompt and a dataset, on the built-in emulator.

    Nothing is overwritten. The project takes the name of its folder.

    \b
    mkdir faq && cd faq && qfops init
    qfops -C faq init
    """
    from qfops.cli.commands._init_files import IGNORE_FILE, files

    root = invocation.root
    wanted = dict(files(_name(root)))
    ignored = wanted.pop(IGNORE_FILE) if (root / IGNORE_FILE).exists() else ""
    _write(root, wanted)
    terminal.out("".join(f"wrote {name}\n" for name in wanted))
    if ignored:
        lines = [line for line in ignored.splitlines() if not line.startswith("#")]
        terminal.note(f"{IGNORE_FILE} exists and is left as it is; add to it: {' '.join(lines)}")
    terminal.out(f"Next: {invocation.prefix} plan, then {invocation.prefix} apply\n")
    return 0


def _name(root: Path) -> str:
    """The folder's name as a project's name."""
    name = _OTHERS.sub("-", root.resolve().name.lower())[:_NAME_LIMIT].strip("-")
    return name or _DEFAULT_NAME


def _write(root: Path, wanted: Mapping[str, str]) -> None:
    from qfops.cli.ui.errors import cannot
    from qfops.core.errors import Refused

    taken = [name for name in wanted if (root / name).exists()]
    if taken:
        raise Refused(
            f"nothing was written: {taken[0]} exists already",
            remedy="Choose an empty folder: qfops -C FOLDER init",
        )
    for name, text in wanted.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except OSError as error:
            raise cannot("written", path, error, "Choose a folder that this user may write to.") from None
