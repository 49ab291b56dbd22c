"""The values of `qfops.yaml` to Settings: durations to seconds, texts to addresses, limits between fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from qfops.core.address import Address
from qfops.core.durations import seconds
from qfops.core.settings import Limits, Settings, WaitSettings
from qfops.core.values import JSON, child
from qfops.manifests import codes
from qfops.manifests.reporter import Reporter
from qfops.manifests.resources.metadata import read_address

_SIGNATURE = (5, 60)


def read_settings(value: Mapping[str, JSON], environment: str, reporter: Reporter) -> Settings:
    """The settings of one environment.

    Every part of `value` fits the project's schema; what a schema cannot say is reported here.
    """
    console = cast("Mapping[str, str]", value.get("console") or {})
    default = Settings(project=str(value.get("name", "")), environment=environment)
    return Settings(
        project=default.project,
        environment=environment,
        endpoint=console.get("endpoint", default.endpoint),
        keys=console.get("keys", default.keys),
        wait=_wait(cast("Mapping[str, str]", value.get("wait") or {}), reporter),
        limits=Limits(**cast("dict[str, int]", value.get("limits") or {})),
        adopt=_adopt(value, reporter),
        moved=_moved(value, reporter),
        forget=_forget(value, reporter),
        allowed_files=_allowed_files(value),
    )


def _wait(written: Mapping[str, str], reporter: Reporter) -> WaitSettings:
    wait = WaitSettings()
    read = {key: seconds(text) for key, text in written.items()}
    for key, text in written.items():
        if read[key] is None:
            reporter.error(
                codes.WRONG_VALUE,
                f'"{text}" is not a duration',
                child("wait", key),
                remedy="Write a number and a unit, for example 500ms, 30s, 5m or 72h.",
            )
    times = {key: value for key, value in read.items() if value is not None}
    signature = times.pop("signature", float(wait.signature))
    if not _SIGNATURE[0] <= signature <= _SIGNATURE[1] or not signature.is_integer():
        reporter.error(
            codes.WRONG_VALUE,
            "a signature is valid for 5s to 60s, in whole seconds",
            "wait.signature",
            remedy="Write a duration from 5s to 60s.",
        )
    result = WaitSettings(signature=int(signature), **times)
    for key in ("initial", "max", "limit", "lease"):
        if getattr(result, key) <= 0:
            reporter.error(codes.WRONG_VALUE, f"{key} must be longer than nothing", child("wait", key))
    if result.initial > result.max:
        reporter.error(
            codes.WRONG_VALUE,
            f"initial ({result.initial:g}s) is longer than max ({result.max:g}s)",
            "wait.initial" if "initial" in written else "wait.max",
            remedy="Waiting starts with initial and grows to max.",
        )
    return result


def _adopt(value: Mapping[str, JSON], reporter: Reporter) -> dict[Address, str | None]:
    written = cast("Mapping[str, str | None]", value.get("adopt") or {})
    adopted: dict[Address, str | None] = {}
    for text, object_id in written.items():
        address = read_address(text, child("adopt", text), reporter)
        if address is not None:
            adopted[address] = object_id
    return adopted


def _moved(value: Mapping[str, JSON], reporter: Reporter) -> dict[Address, Address | None]:
    written = cast("Mapping[str, str | None]", value.get("moved") or {})
    moved: dict[Address, Address | None] = {}
    for text, target in written.items():
        path = child("moved", text)
        old = read_address(text, path, reporter)
        new = read_address(target, path, reporter) if target is not None else None
        if old is not None and (target is None or new is not None):
            moved[old] = new
    return moved


def _allowed_files(value: Mapping[str, JSON]) -> tuple[str, ...]:
    files = cast("Mapping[str, list[str]]", value.get("files") or {})
    return tuple(files.get("allow", ()))


def _forget(value: Mapping[str, JSON], reporter: Reporter) -> tuple[Address, ...]:
    written = cast("list[str]", value.get("forget") or [])
    read = (read_address(text, f"forget[{index}]", reporter) for index, text in enumerate(written))
    return tuple(address for address in read if address is not None)
