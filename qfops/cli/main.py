"""The root command: global options, commands by group, and how the process ends.

Imports click and the standard library only; the module of a command is loaded when the command is called.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from qfops import __version__
from qfops.cli.ui import terminal

if TYPE_CHECKING:
    from types import FrameType

# What `qfops --help` shows without loading a command: its module and one sentence, by group.
GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "Begin": {
        "init": ("init", "Write a small project that works at once, on the built-in emulator."),
        "explain": ("explain", "Say what a kind or a field is for, and what changing it means."),
        "schema": ("explain", "Print the JSON schema of manifests, or of one kind."),
    },
    "Look at the files (no network, no keys)": {
        "validate": ("validate", "Check every file; all errors at once, each with its place."),
        "show": ("show", "Print one resource after defaults and variables, with where each value is from."),
        "graph": ("graph", "Draw which resource needs which, as Mermaid or DOT."),
    },
    "Look at the console (reads only)": {
        "plan": ("plan", "Show what apply would do, and why."),
        "drift": ("drift", "Report what was edited in the console; accept an edit until a date."),
    },
    "Change the console": {
        "apply": ("apply", "Plan, ask, do, and read back."),
        "destroy": ("destroy", "End everything that this project made."),
        "prune": ("destroy", "End the retired objects that were kept."),
        "adopt": ("adopt", "Take over an object that exists already."),
    },
    "Look after the state": {
        "state": ("state", "List, show, move and drop what qfops remembers; settle lost calls."),
        "emulator": ("emulator", "Serve the built-in console, edit behind its back, or reset it."),
    },
}
COMMANDS = {name: found for group in GROUPS.values() for name, found in group.items()}
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_GLOBAL = {"-C", "--env", "--var"}


class LazyGroup(click.Group):
    """A group that loads a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (as click calls it)
        """Every command, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command, from its module."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"qfops.cli.commands.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name where there is no such command."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from qfops.core.diagnostics import nearest

            hint = nearest(args[0], COMMANDS) or f"There are {', '.join(COMMANDS)}."
            ctx.fail(f"There is no command {args[0]!r}. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """One section for each group, with columns that line up across them."""
        widest = max(map(len, COMMANDS))
        for title, members in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), text) for name, (_, text) in members.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 failed, 2 changes or drift found, 3 refused, 4 in progress, 5 stale, "
    "6 locked, 64 wrong usage, 130 interrupted.",
)
@click.version_option(__version__, prog_name="qfops", message="%(prog)s %(version)s")
@click.option(
    "-C",
    "directory",
    metavar="DIR",
    help="Work as if started in DIR, the folder that holds qfops.yaml.",
)
@click.option("--env", "environment", metavar="NAME", help="The environment of qfops.yaml to work in.")
@click.option("--var", "assignments", metavar="K=V", multiple=True, help="Set a variable; may be repeated.")
@click.pass_context
def root(
    ctx: click.Context, directory: str | None, environment: str | None, assignments: tuple[str, ...]
) -> None:
    """Declare datasets, training runs, models, prompts and services of Qianfan in YAML; plan and apply.

    \b
    qfops init              a small project that works at once, without keys
    qfops plan              what would be done, and why
    qfops apply             do it, after asking
    qfops --env prod plan   in another environment
    """
    from qfops.cli.access.credentials import hide_known
    from qfops.cli.invocation import invocation

    hide_known(Path(directory or ""))
    ctx.obj = invocation(directory, environment, assignments)


def run(arguments: Sequence[str] | None = None) -> int:
    """Carry one command line out; the exit code."""
    terminal.begin()
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:  # as `nohup` asks for
            signal.signal(number, _terminated)
    try:
        code = root.main(arguments, prog_name="qfops", standalone_mode=False)
    except click.ClickException as error:
        from qfops.cli.access.credentials import hide_known

        hide_known(Path(_directory(error)))  # it may have been refused before the command was looked at
        terminal.note(_usage(error))
        return 64
    except (KeyboardInterrupt, click.Abort):
        terminal.note("interrupted; nothing that was recorded is lost")
        return 130
    except Exception as error:
        from qfops.cli.ui.errors import report

        if isinstance(error, OSError) and terminal.lost():
            return 1  # click itself wrote (a help), and it has been said that nobody could read it
        return report(error)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if isinstance(code, int) else 0


def _terminated(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _directory(error: click.ClickException) -> str:
    """The -C of the command line that an error is about, as far as it was read."""
    context = getattr(error, "ctx", None)
    found = context.find_root().params.get("directory") if isinstance(context, click.Context) else None
    return found if isinstance(found, str) else ""


def _usage(error: click.ClickException) -> str:
    """What click says, and where a global option belongs that was written behind the command."""
    if error.format_message().startswith("Usage: "):
        return error.format_message()  # the whole help, where a group is called without a command
    lines: list[str] = []
    context = getattr(error, "ctx", None)
    if isinstance(context, click.Context):
        lines.append(context.get_usage())
        lines.append(f"More: {context.command_path} --help")
    lines.append(f"error: {error.format_message()}")
    if isinstance(error, click.NoSuchOption) and error.option_name in _GLOBAL:
        lines.append(f"  {error.option_name} stands before the command: {_moved(error.option_name)}")
    return "\n".join(lines)


def _moved(option: str) -> str:
    value = {"-C": "DIR", "--env": "NAME", "--var": "K=V"}[option]
    names: Iterable[str] = (word for word in sys.argv[1:] if word in COMMANDS)
    return f"qfops {option} {value} {next(iter(names), 'COMMAND')} …"


def main() -> NoReturn:
    """Run the command line of this process, and end it with its exit code."""
    # What a command builds lives until it ends: looking for circles in it is a third of a plan's time. Runs
    # that may wait for hours turn it on again (`change.leased`).
    gc.disable()
    # Where click and rich are installed, httpx loads its own command line with all of rich: more than half of
    # its import. It goes without that module where it is missing, as it is in this process.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    terminal.open_closed()
    code = terminal.finish(run())
    # All is written and closed by now; taking apart what a plan built costs as much as reading state.
    os._exit(code)
