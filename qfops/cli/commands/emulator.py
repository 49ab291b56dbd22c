"""`qfops emulator`: the built-in console on a socket, edited behind everyone's back, or emptied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from qfops.cli import options
from qfops.cli.invocation import Invocation
from qfops.cli.ui import terminal

if TYPE_CHECKING:
    from qfops.core.values import JSON
    from qfops.emulator import Emulator


@click.group("emulator")
def emulator_command() -> None:
    """The built-in console, kept in .qfops/emulator.db of the project folder.

    A project uses it with console: {endpoint: emulator}; it needs no keys and costs nothing.
    """


@emulator_command.command("serve")
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), default=0, help="Default: a free one.")
@click.option("--latency", metavar="DUR", type=options.duration, help="Let every answer take this long.")
@click.option(
    "--rate-limit", metavar="N", type=click.IntRange(1), help="Requests a minute before it answers 429."
)
@click.option("--page-size", metavar="N", type=click.IntRange(1), help="Items on a page of a list.")
@click.option("--training", metavar="DUR", type=options.duration, help="How long a training takes.")
@click.pass_obj
def serve(
    invocation: Invocation,
    port: int,
    latency: float | None,
    rate_limit: int | None,
    page_size: int | None,
    training: float | None,
) -> int:
    """Serve it on this machine until Ctrl-C, for programs that speak HTTP.

    The settings stay in its file until they are changed or reset.

    \b
    qfops emulator serve --port 8080
    qfops emulator serve --latency 2s --training 10m
    """
    from qfops.core.errors import QfopsError
    from qfops.emulator import EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY

    def ready(url: str) -> None:
        terminal.out(f"{url}\n")
        terminal.note(
            f"Keys: QIANFAN_ACCESS_KEY={EMBEDDED_ACCESS_KEY} QIANFAN_SECRET_KEY={EMBEDDED_SECRET_KEY} "
            "(they open nothing else). Ctrl-C stops it.",
            keys=True,
        )

    knobs: dict[str, object] = {"latency": latency, "rate_limit": rate_limit, "page_size": page_size}
    if training is not None:
        knobs["durations"] = {"training": training}
    with _opened(invocation) as emulator:
        emulator.configure(**{name: value for name, value in knobs.items() if value is not None})
        try:
            from qfops.emulator import serve

            serve(emulator, port=port, on_ready=ready)
        except ModuleNotFoundError as error:
            raise QfopsError(
                f"serving needs the package {error.name}",
                remedy="Install it with: pip install 'qfops[emulator]'",
            ) from None
        except KeyboardInterrupt:
            terminal.note("stopped")
        except SystemExit:  # the server's way to say that the port is taken
            raise QfopsError(
                f"port {port} cannot be used", remedy="Choose another one with --port."
            ) from None
    return 0


@emulator_command.command("edit")
@click.argument("object_id", metavar="ID")
@click.argument("path", metavar="PATH")
@click.argument("value", metavar="VALUE")
@click.pass_obj
def edit(invocation: Invocation, object_id: str, path: str, value: str) -> int:
    """Change a field of an object behind everyone's back, as somebody in the web console would.

    VALUE is read as in a manifest: numbers, true, false and null as such, {…}, […] and "…" as JSON, anything
    else as text. A status such as runStatus can be set too.

    \b
    qfops emulator edit pt-5d7f9k2m description "edited by hand"
    qfops emulator edit pt-5d7f9k2m hyperParameters.temperature 0.1
    """
    from qfops.core.errors import QfopsError

    wanted = _value(value)
    with _opened(invocation) as emulator:
        try:
            emulator.edit(object_id, path, wanted)
        except ValueError as error:
            raise QfopsError(str(error)) from None
    terminal.out(f"{object_id} {path} = {json.dumps(wanted, ensure_ascii=False)}\n")
    return 0


@emulator_command.command("reset")
@click.pass_obj
def reset(invocation: Invocation) -> int:
    """Forget every object, request and setting of the emulator; the state of qfops stays."""
    with _opened(invocation) as emulator:
        emulator.reset()
    terminal.out("The emulator is empty.\n")
    terminal.note(
        "The state of qfops still names the objects; to begin again, remove the folders beside "
        ".qfops/emulator.db as well."
    )
    return 0


@contextmanager
def _opened(invocation: Invocation) -> Iterator[Emulator]:
    from qfops.cli.access.connect import open_emulator

    emulator = open_emulator(invocation.root)
    try:
        yield emulator
    finally:
        emulator.close()


def _value(text: str) -> JSON:
    """A value of the command line: JSON where it begins like an object, list or text; else a plain scalar."""
    from qfops.core.errors import UsageError
    from qfops.manifests.scalars import scalar

    try:
        if text[:1] in ("{", "[", '"'):
            value: JSON = json.loads(text)
            return value
        return scalar(text)
    except ValueError as error:
        raise UsageError(f"VALUE {text!r} cannot be read: {error}") from None
