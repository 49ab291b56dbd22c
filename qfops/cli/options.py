"""Options and argument types that several commands share; click and the nouns only, nothing heavy."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import click

from qfops.core.address import Address
from qfops.core.canonical import is_digest
from qfops.core.durations import seconds
from qfops.core.plan.actions import ALLOWABLE
from qfops.core.plan_options import PlanOptions

Command = TypeVar("Command", bound=Callable[..., object])

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
    read = seconds(text)
    if read is None:
        raise click.BadParameter(f"{text!r} is not a duration; write 90s, 15m, 72h or 3d")
    return read


def allowed(text: str) -> frozenset[str]:
    """The words of `--allow`, separated by commas; a usage error that names those there are."""
    words = frozenset(word.strip() for word in text.split(",") if word.strip())
    unknown = sorted(words.difference(ALLOWABLE))
    if unknown:
        from qfops.core.diagnostics import nearest

        hint = nearest(unknown[0], ALLOWABLE) or f"There are {', '.join(ALLOWABLE)}."
        raise click.BadParameter(f"{unknown[0]!r} cannot be allowed. {hint}")
    return words


def digest(text: str) -> str:
    """A whole digest, in lower case; a usage error for anything else, an empty text above all."""
    found = text.lower()
    if not is_digest(found):
        raise click.BadParameter(
            f"{text!r} is not a digest: a digest has 64 digits, 0-9 and a-f. "
            "Copy it whole from the last lines of qfops plan."
        )
    return found


def label(text: str) -> tuple[str, str]:
    """`KEY=VALUE`; a usage error."""
    key, found, value = text.partition("=")
    if not found or not key:
        raise click.BadParameter(f"{text!r} is not a label; write KEY=VALUE")
    return key, value


@dataclass(frozen=True, slots=True)
class Working:
    """How a change is approved and carried out, as given; `wait` and `lock_timeout` in seconds.

    A usage error where options contradict each other.
    """

    auto_approve: bool
    allow: frozenset[str]
    expect_digest: str | None
    no_input: bool
    concurrency: int
    wait: float | None
    detach: bool
    lock_timeout: float
    allow_large_change: bool

    def __post_init__(self) -> None:
        refuse_both("--detach", self.detach, "--wait", self.wait is not None)

    @property
    def limit(self) -> float:
        """The longest wait in seconds."""
        if self.detach:
            return 0.0
        return math.inf if self.wait is None else self.wait


def refuse_both(first: str, has_first: bool, second: str, has_second: bool) -> None:
    """A usage error when two things that contradict each other are given."""
    if has_first and has_second:
        raise click.UsageError(f"{first} cannot be used together with {second}.")


def gathered(
    name: str, make: Callable[..., object], *decorators: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """Several options as one decorator: the command gets what `make` makes of them as the argument `name`."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def gather(*arguments: object, **given: object) -> object:
            own = {key: given.pop(key) for key in keys}
            return command(*arguments, **{name: make(**own)}, **given)

        before = {parameter.name for parameter in getattr(gather, "__click_params__", ())}
        wrapped = cast("Command", gather)
        for decorator in reversed(decorators):
            wrapped = decorator(wrapped)
        after = {parameter.name for parameter in getattr(wrapped, "__click_params__", ())}
        keys = after - before
        return wrapped

    return decorate


_narrowing = (
    click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path)),
    click.option(
        "--target",
        "targets",
        metavar="ADDR",
        type=address,
        multiple=True,
        help="Change only this resource and what it needs, or end it and what rests on it; may be repeated.",
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
_remaking = (
    click.option("--retry-failed", is_flag=True, help="Make failed or missing runs again; that costs money."),
    click.option("--prune", is_flag=True, help="Also end retired objects that were kept."),
)


def _plan_options(paths: tuple[Path, ...], **given: object) -> PlanOptions:
    return PlanOptions(paths=tuple(str(path) for path in paths), **given)  # type: ignore[arg-type]


narrowing = gathered("options", _plan_options, *_narrowing)
"""PATHs, --target and -l as PlanOptions."""
selecting = gathered("options", _plan_options, *_narrowing, *_remaking)
"""The same with --retry-failed and --prune."""

allow = click.option(
    "--allow",
    metavar="WORD,…",
    type=allowed,
    default="",
    help="Allow delete, deactivate, replace, revert-drift or purchase, separated by commas; "
    "off a terminal it implies --auto-approve.",
)

working = gathered(
    "working",
    Working,
    click.option(
        "--auto-approve", is_flag=True, help="Do not ask; what takes something away still needs --allow."
    ),
    allow,
    click.option(
        "--expect-digest", metavar="DIGEST", type=digest, help="Do it if the plan is exactly this one."
    ),
    click.option("--no-input", is_flag=True, help="Ask nothing: what would be asked is refused (exit 3)."),
    click.option(
        "--concurrency",
        metavar="N",
        type=click.IntRange(1, _MOST_CONCURRENT),
        default=10,
        help="Requests at once; default: 10.",
    ),
    click.option(
        "--wait",
        metavar="DUR",
        type=duration,
        help="Wait at most this long for what takes time (15m, 72h), then end with exit 4.",
    ),
    click.option(
        "--detach", is_flag=True, help="Start everything that can start, wait for nothing (exit 4)."
    ),
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
"""The options of every command that changes the console, as a Working."""

output_format = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How to print the result; default: text.",
)
