"""Says each thing once: a mistake in a `forEach`, in `defaults` or in several environments is one finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from qfops.core.address import Address
from qfops.core.diagnostics import Diagnostic, arranged

_LISTED = 5


def without_repeats(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place; findings that differ in their address only become one that names the others."""
    groups: dict[Diagnostic, list[Address]] = {}
    for item in arranged(diagnostics):
        addresses = groups.setdefault(replace(item, address=None), [])
        if item.address is not None:
            addresses.append(item.address)
    return [_with_addresses(item, sorted(addresses)) for item, addresses in groups.items()]


def _with_addresses(item: Diagnostic, addresses: list[Address]) -> Diagnostic:
    if not addresses:
        return item
    first, *others = addresses
    if not others:
        return replace(item, address=first)
    listed = ", ".join(map(str, others[:_LISTED]))
    more = f" and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
    return replace(item, address=first, detail=f"{item.detail} The same in {listed}{more}.".strip())


def across_environments(by_environment: Mapping[str, Iterable[Diagnostic]]) -> list[Diagnostic]:
    """The findings of all environments, sorted by place; what is not in all of them says where it is."""
    where: dict[Diagnostic, list[str]] = {}
    for environment, diagnostics in by_environment.items():
        for item in diagnostics:
            where.setdefault(item, []).append(environment)
    return arranged(
        item
        if len(environments) == len(by_environment)
        else replace(item, detail=f"{item.detail} Only in {', '.join(environments)}.".strip())
        for item, environments in where.items()
    )
