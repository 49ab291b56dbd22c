"""Options and argument types that several commands share; click and the nouns only, nothing heavy."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from qfops.core.address import Address

Command = TypeVar("Command", bound=Callable[..., object])

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(s|m|h|d)")
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
ALLOWABLE = ("delete", "deactivate", "replace", "revert-drift")
_MOST_CONCURRENT = 100


# Plain functions as types: click's own class for them is generic in some of the releases that we accept only.


def address(text: str) -> Address:
    """`Kind/name`; a usage error that shows one."""
    try:
        return Address.parse(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def duration(text: str) -> float:
    """`90s`, `15m`, `72h`, `3d` in seconds; a usage error that shows how to write them."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise click.BadParameter(f"{text!r} is not a duration; write 90s, 15m, 72h or 3d")
    return float(match[1]) * _SECONDS[match[2]]


def allowed(text: str) -> frozenset[str]:
    """The words of `--allow`, separated by commas; a usage error that names those there are."""
    words = frozenset(word.strip() for word in text.split(",") if word.strip())
    unknown = sorted(words.difference(ALLOWABLE))
    if unknown:
        from qfops.core.diagnostics import nearest

        hint = nearest(unknown[0], ALLOWABLE) or f"There are {', '.join(ALLOWABLE)}."
        raise click.BadParameter(f"{unknown[0]!r} cannot be allowed. {hint}")
    return words


def label(text: str) -> tuple[str, str]:
    """`KEY=VALUE`; a usage error."""
    key, found, value = text.partition("=")
    if not found or not key:
        raise click.BadParameter(f"{text!r} is not a label; write KEY=VALUE")
    return key, value


def together(*decorators: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown in the order given."""

    def decorate(command: Command) -> Command:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


paths = click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))

selection = together(
    paths,
    click.option(
        "--target",
        "targets",
        metavar="ADDR",
        type=address,
        multiple=True,
        help="Change only this resource and what it needs; may be repeated.",
    ),
    click.option(
        "-l",
        "labels",
        metavar="KEY=VALUE",
        type=label,
        multiple=True,
        help="Change only resources with this label; may be repeated (all must hold).",
    ),
)

remaking = together(
    click.option("--retry-failed", is_flag=True, help="Make failed or missing runs again; that costs money."),
    click.option("--prune", is_flag=True, help="Also end retired objects that were kept."),
)

allow = click.option(
    "--allow",
    metavar="WORD,…",
    type=allowed,
    default="",
    help="Allow delete, deactivate, replace or revert-drift, separated by commas; implies --auto-approve.",
)

working = together(
    click.option(
        "--auto-approve", is_flag=True, help="Do not ask; what takes something away still needs --allow."
    ),
    allow,
    click.option("--expect-digest", metavar="DIGEST", default="", help="Do it if the plan is exactly this one."),
    click.option(
        "--concurrency",
        metavar="N",
        type=click.IntRange(1, _MOST_CONCURRENT),
        default=10,
        show_default=True,
        help="Requests at once.",
    ),
    click.option(
        "--wait",
        metavar="DUR",
        type=duration,
        default=None,
        help="Wait at most this long for what takes time (15m, 72h), then end with exit 4.",
    ),
    click.option("--detach", is_flag=True, help="Start everything and wait for nothing (exit 4)."),
    click.option(
        "--lock-timeout",
        metavar="DUR",
        type=duration,
        default="0s",
        help="Wait this long for another run that holds the state; default: not at all.",
    ),
    click.option(
        "--allow-large-change", is_flag=True, help="Go on where limits of qfops.yaml say that it is too much."
    ),
)

output_format = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the result.",
)
