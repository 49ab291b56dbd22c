"""Findings about the user's input as text, JSON, GitHub annotations and SARIF: all, sorted by place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from qfops.core.diagnostics import Diagnostic, arranged
from qfops.core.values import JSON
from qfops.render.layout import Page, plural
from qfops.render.text.findings import finding_lines

FORMAT_VERSION = 1
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def diagnostics_text(diagnostics: Iterable[Diagnostic], *, color: bool = False, width: int = 100) -> str:
    """Every finding as `file:line:column: error: …` with address, why and remedy below; then the counts."""
    found = arranged(diagnostics)
    lines = [*finding_lines(found, Page(width, color)), _count(found)]
    return "\n".join(lines) + "\n"


def _count(found: Sequence[Diagnostic]) -> str:
    errors, warnings = _counts(found)
    if not found:
        return "No errors."
    parts = [plural(errors, "error")] if errors else ["No errors"]
    if warnings:
        parts.append(plural(warnings, "warning"))
    return ", ".join(parts) + "."


def _counts(found: Sequence[Diagnostic]) -> tuple[int, int]:
    errors = sum(item.severity == "error" for item in found)
    return errors, len(found) - errors


def message(item: Diagnostic) -> str:
    """Summary, place in the resource, why and remedy as one text, for formats that have only one field."""
    about = " ".join(part for part in (str(item.address or ""), item.path) if part)
    return "\n".join(part for part in (item.summary, about, item.detail, item.remedy) if part)


def diagnostic_json(item: Diagnostic) -> dict[str, JSON]:
    """One finding; a missing key means that there is nothing to say."""
    data: dict[str, JSON] = {"severity": item.severity, "code": item.code, "summary": item.summary}
    optional = {
        "detail": item.detail,
        "remedy": item.remedy,
        "address": str(item.address or ""),
        "path": item.path,
    }
    data.update({key: text for key, text in optional.items() if text})
    if item.location:
        data.update(file=item.location.file, line=item.location.line, column=item.location.column)
    return data


def diagnostics_json(diagnostics: Iterable[Diagnostic]) -> dict[str, JSON]:
    """`{formatVersion, errors, warnings, diagnostics}`."""
    found = arranged(diagnostics)
    errors, warnings = _counts(found)
    return {
        "formatVersion": FORMAT_VERSION,
        "errors": errors,
        "warnings": warnings,
        "diagnostics": [diagnostic_json(item) for item in found],
    }


def diagnostics_github(diagnostics: Iterable[Diagnostic]) -> str:
    """Workflow commands that GitHub turns into annotations: `::error file=…,line=…,col=…,title=…::…`."""
    return "".join(f"{_github(item)}\n" for item in arranged(diagnostics))


def _github(item: Diagnostic) -> str:
    properties = {"title": item.code}
    if item.location:
        file, line, column = item.location
        properties = {"file": file, "line": str(line), "col": str(column), **properties}
    joined = ",".join(f"{key}={_github_property(text)}" for key, text in properties.items())
    return f"::{item.severity} {joined}::{_github_data(message(item))}"


def _github_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _github_property(text: str) -> str:
    return _github_data(text).replace(":", "%3A").replace(",", "%2C")


def diagnostics_sarif(diagnostics: Iterable[Diagnostic], version: str) -> str:
    """A SARIF 2.1.0 log with one run of qfops `version`; paths are relative to the project folder."""
    found = arranged(diagnostics)
    codes = sorted({item.code for item in found})
    places = {code: index for index, code in enumerate(codes)}
    rules: list[JSON] = [{"id": code} for code in codes]
    driver: dict[str, JSON] = {"name": "qfops", "version": version, "rules": rules}
    results: list[JSON] = [_sarif_result(item, places[item.code]) for item in found]
    run: dict[str, JSON] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log: dict[str, JSON] = {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _sarif_result(item: Diagnostic, rule: int) -> dict[str, JSON]:
    result: dict[str, JSON] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": item.severity,
        "message": {"text": message(item)},
    }
    place: dict[str, JSON] = {}
    if item.location:
        file, line, column = item.location
        place["physicalLocation"] = {
            "artifactLocation": {"uri": quote(file)},
            "region": {"startLine": line, "startColumn": column},
        }
    if item.address:
        logical: dict[str, JSON] = {
            "fullyQualifiedName": f"{item.address}.{item.path}".rstrip("."),
            "kind": "resource",
        }
        place["logicalLocations"] = [logical]
    if place:
        result["locations"] = [place]
    return result
