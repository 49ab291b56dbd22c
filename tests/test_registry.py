"""Kinds are found, never listed: what stands in a folder must be known, documented and exemplified."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest
import yaml

import qfops.kinds
from qfops.core.address import Address, KindKey
from qfops.core.errors import QfopsError
from qfops.core.values import JSON
from qfops.kinds.base import Kind
from qfops.kinds.registry import DescriptorError, Registry, discover, load

ROOT = Path(__file__).parent.parent
KINDS = Path(qfops.kinds.__file__).parent
VERSIONS = sorted(folder.name for folder in KINDS.iterdir() if folder.is_dir() and folder.name[0] == "v")


def test_every_module_of_the_version_packages_is_registered() -> None:
    registered = {sys.modules[kind_module].__name__ for kind_module in _modules()}
    files = {
        f"qfops.kinds.{version}.{file.stem}"
        for version in VERSIONS
        for file in (KINDS / version).glob("*.py")
        if not file.stem.startswith("_")
    }
    assert files
    assert registered == files


def _modules() -> Iterator[str]:
    known = set(map(id, load().kinds.values()))
    for name, module in list(sys.modules.items()):
        if name.startswith("qfops.kinds.v") and id(getattr(module, "KIND", None)) in known:
            yield name


@pytest.mark.parametrize("version", VERSIONS)
def test_every_schema_has_a_kind_and_every_kind_a_schema(version: str) -> None:
    schemas = {file.stem for file in (ROOT / "schemas" / version).glob("*.json")}
    assert schemas == {name for found, name in load().kinds if found == version}


def test_every_kind_has_an_example_manifest() -> None:
    shown = set()
    for file in (ROOT / "examples" / "manifests").rglob("*.yaml"):
        for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            shown.add((manifest["apiVersion"].removeprefix("qianfan/"), manifest["kind"]))
    assert shown == set(load().kinds)


def test_schemas_are_the_files_of_the_top_level() -> None:
    assert (ROOT / "qfops" / "schemas").resolve() == (ROOT / "schemas").resolve()
    assert not (ROOT / "qfops" / "schemas").readlink().is_absolute()


@pytest.mark.parametrize("kind", load().kinds.values(), ids=lambda kind: f"{kind.version}-{kind.name}")
def test_every_field_says_what_it_means_and_where_that_is_known_from(kind: Kind) -> None:
    schema = load().schema(kind.key)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    silent = list(_silent(schema, ""))
    assert silent == []


def _silent(schema: JSON, path: str) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if path and not (schema.get("description") and _sourced(schema.get("x-source"))):
        yield path
    if "properties" in schema and schema.get("additionalProperties") is not False:
        yield f"{path} lets unknown keys pass"
    properties = schema.get("properties")
    for key, inner in (properties if isinstance(properties, dict) else {}).items():
        yield from _silent(inner, f"{path}.{key}")
    yield from _silent(schema.get("items"), f"{path}[*]")


def _sourced(source: JSON) -> bool:
    return isinstance(source, str) and (source == "qfops" or source.startswith("console API, "))


def test_the_registry_finds_kinds_by_address_key_and_name() -> None:
    registry = load()
    kind = registry.get(Address("Dataset", "faq"))
    assert kind.name == "Dataset"
    assert registry.get(KindKey("v2", "Dataset")) is kind
    assert "Dataset" in registry.names()


def test_an_unknown_kind_is_answered_with_the_nearest_name() -> None:
    with pytest.raises(QfopsError) as caught:
        load().get(KindKey("v2", "Datset"))
    assert 'Did you mean "Dataset"?' in str(caught.value)


def test_the_kinds_are_read_and_checked_once() -> None:
    assert load() is load()
    assert load().schema(KindKey("v2", "Dataset")) is load().schema(KindKey("v2", "Dataset"))


def test_a_missing_or_broken_schema_is_named(tmp_path: Path) -> None:
    kind = load().get(KindKey("v2", "Dataset"))
    with pytest.raises(DescriptorError, match="v2/Dataset: its schema cannot be read"):
        Registry([kind], tmp_path).schema(kind.key)
    (tmp_path / "v2").mkdir()
    (tmp_path / "v2" / "Dataset.json").write_text("{", encoding="utf-8")
    with pytest.raises(DescriptorError, match="v2/Dataset: its schema cannot be read"):
        Registry([kind], tmp_path).verify()


def test_all_problems_of_all_kinds_are_named_at_once(tmp_path: Path) -> None:
    kinds = [load().get(KindKey("v2", name)) for name in ("ModelSet", "FineTuningJob")]
    (tmp_path / "v2").mkdir()
    for kind in kinds:
        schema = load().schema(kind.key)
        assert isinstance(schema["properties"], dict)
        properties = {**schema["properties"], "colour": {"type": "string"}}
        text = json.dumps({**schema, "properties": properties})
        (tmp_path / "v2" / f"{kind.name}.json").write_text(text, encoding="utf-8")
    with pytest.raises(DescriptorError) as caught:
        Registry(kinds, tmp_path).verify()
    assert caught.value.problems == [
        "v2/FineTuningJob: colour has no rule",
        "v2/ModelSet: colour has no rule",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({}, "holds no KIND"),
        ({"KIND": "Dataset"}, "holds no KIND"),
        ({"KIND": load().get(KindKey("v2", "Dataset"))}, "declares version 'v2'"),
    ],
)
def test_a_module_without_a_kind_of_its_version_is_refused(
    content: dict[str, object], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A helper that is not marked as one would be a kind that silently went missing."""
    package = tmp_path / "v7"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "odd.py").write_text("", encoding="utf-8")
    (package / "_helper.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(qfops.kinds, "__path__", [str(tmp_path)])
    module = ModuleType("qfops.kinds.v7.odd")
    vars(module).update(content)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    try:
        with pytest.raises(DescriptorError, match=message):
            list(discover())
    finally:
        sys.modules.pop("qfops.kinds.v7", None)
        vars(qfops.kinds).pop("v7", None)


def test_what_costs_money_is_a_run_or_says_what_it_buys() -> None:
    """Of every kind: a call that is paid for and does neither would be approved unseen."""
    silent = [
        f"{kind.name} {name}"
        for kind in load().kinds.values()
        for name, operation in kind.operations.items()
        if operation.billable and operation.buys is None and not (kind.run and name == "create")
    ]
    assert silent == []
