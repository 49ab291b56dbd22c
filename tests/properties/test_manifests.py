"""Manifests for all inputs: what is written is read, both validators agree, and no text is a crash."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import InputError, UsageError
from qfops.core.paths import get, parse
from qfops.core.values import ABSENT, JSON, same
from qfops.kinds.check import Schema
from qfops.kinds.registry import load as load_registry
from qfops.manifests import load_project, validate_project
from qfops.manifests.positions import location_of
from qfops.manifests.project.environment import project_checker
from qfops.manifests.resources.metadata import SCHEMA as METADATA
from qfops.manifests.schema.schema import Checker
from qfops.manifests.yaml.builder import Document
from qfops.manifests.yaml.document import read_documents

REGISTRY = load_registry()

# YAML 1.1 folds these line breaks even in quotes, and cannot hold unpaired surrogates or most controls.
BREAKS = "\x85\u2028\u2029"
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters=f"{BREAKS}\ufeff"), max_size=20
)
KEYS = TEXT.filter(lambda text: "${" not in text)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
    | st.sampled_from(
        ["012", "NO", "true", "null", "", "~", "1e5", "1:30", "2024-01-01", "- a", "a: b", "*x", "#"]
    )
)


def nested(scalars: st.SearchStrategy[JSON], leaves: int = 20) -> st.SearchStrategy[JSON]:
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
        max_leaves=leaves,
    )


JSONS = nested(SCALARS)
OBJECTS = st.dictionaries(KEYS, JSONS, max_size=5)


class Quoting(yaml.SafeDumper):
    """Dumps every text in quotes: plain texts are read by other rules than PyYAML writes by."""


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def as_yaml(value: JSON) -> str:
    return yaml.dump(value, Dumper=Quoting, allow_unicode=True, sort_keys=False)


def as_flow(value: JSON) -> str:
    return yaml.dump(value, Dumper=Quoting, allow_unicode=True, sort_keys=False, default_flow_style=True)


def as_json(value: JSON) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def read(text: str) -> Document:
    documents, found, complete = read_documents("m.yaml", text, {})
    assert found == []
    assert complete
    return documents[0]


@pytest.mark.parametrize("write", [as_yaml, as_flow, as_json])
@given(value=OBJECTS)
def test_what_is_written_is_read(write: Callable[[JSON], str], value: dict[str, JSON]) -> None:
    assert same(read(write(value)).value, value)


@given(value=OBJECTS)
def test_every_path_is_on_its_line(value: dict[str, JSON]) -> None:
    """JSON with indents has one key or item a line."""
    text = as_json(value)
    lines = text.split("\n")
    document = read(text)
    for path, mark in document.marks.items():
        place = location_of("", mark)
        here = lines[place.line - 1][place.column - 1 :]
        found = get(document.value, path)
        assert found is not ABSENT
        last = parse(path)[-1] if path else 0
        begins = json.dumps(last, ensure_ascii=False) if isinstance(last, str) else first_line(found)
        assert here.startswith(begins)


def first_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1).split("\n")[0]


@given(text=st.text(max_size=200) | st.text("a:-[]{}&*!|>'\"%@`#?,$\n \t0", max_size=60))
@example("a: &x [*x]")
@example("{lr: ${var.x}}")
@example("\ufeffa: 1")
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return
    documents, found, complete = read_documents("m.yaml", data.decode(), {})
    assert complete or found
    for document in documents:
        assert "" in document.marks


def strings(schema: Schema) -> st.SearchStrategy[JSON]:
    samples = [
        "",
        "a",
        "ab",
        "A b",
        "a\n",
        "千帆",
        "x" * 21,
        "True",
        "0",
        "1:5",
        "50%",
        "bos:/b/d/",
        "bos:/b/f.jsonl",
    ]
    return st.sampled_from(samples) | TEXT


def numbers(schema: Schema) -> st.SearchStrategy[JSON]:
    bounds = [schema[key] for key in ("minimum", "maximum", "exclusiveMinimum") if key in schema]
    near = [
        number + by for number in bounds if isinstance(number, (int, float)) for by in (-1, -0.5, 0, 0.0, 1)
    ]
    return st.sampled_from([*near, 0, 1.0, -1]) | st.integers(-(2**62), 2**62) | st.floats(-1e6, 1e6)


def fitting(schema: Schema) -> st.SearchStrategy[JSON]:
    """Values that a schema may or may not accept, and mostly nearly does."""
    if "enum" in schema:
        allowed = schema["enum"]
        assert isinstance(allowed, list)
        return st.sampled_from(allowed)
    if "anyOf" in schema:
        branches = schema["anyOf"]
        assert isinstance(branches, list)
        return st.one_of([fitting(branch) for branch in branches if isinstance(branch, dict)])
    properties, items, extra = (
        schema.get("properties"),
        schema.get("items"),
        schema.get("additionalProperties"),
    )
    if isinstance(properties, dict):
        known = {key: spoiled(inner) for key, inner in properties.items() if isinstance(inner, dict)}
        required = schema.get("required", [])
        assert isinstance(required, list)
        needed = {key: known[key] for key in required if isinstance(key, str) and key in known}
        return st.fixed_dictionaries(needed, optional={k: v for k, v in known.items() if k not in needed})
    if isinstance(items, dict):
        return st.lists(spoiled(items), max_size=4)
    if schema.get("type") == "object":
        inner = fitting(extra) if isinstance(extra, dict) else JSONS
        return st.dictionaries(KEYS, inner, max_size=3)
    return {
        "string": strings(schema),
        "integer": numbers(schema),
        "number": numbers(schema),
        "boolean": st.booleans(),
    }.get(str(schema.get("type")), JSONS)


def spoiled(schema: Schema) -> st.SearchStrategy[JSON]:
    return st.integers(0, 9).flatmap(lambda dice: fitting(schema) if dice else JSONS)


SCHEMAS: Mapping[str, Schema] = {
    **{"/".join(key): REGISTRY.schema(key) for key in REGISTRY.kinds},
    "metadata": METADATA,
}


@pytest.mark.parametrize("name", SCHEMAS)
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_both_validators_come_to_one_verdict(name: str, data: st.DataObject) -> None:
    schema = SCHEMAS[name]
    value = data.draw(spoiled(schema))
    slow = jsonschema.Draft202012Validator(schema).is_valid(value)
    assert bool(Checker(schema).problems(value)) != slow


PROJECT: dict[str, JSON] = {
    "name": "demo",
    "vars": {"a": 1},
    "console": {"endpoint": "emulator", "keys": "QIANFAN"},
    "wait": {"initial": "1s", "signature": "60s"},
    "limits": {"missing": 0.5, "runs": 3},
    "adopt": {"Dataset/a": "x"},
    "moved": {"Dataset/a": None},
    "forget": ["Dataset/a"],
    "manifests": ["manifests/"],
    "defaults": [{"kind": "Dataset", "metadata": {"labels": {}}, "spec": {}}],
}


@given(change=st.fixed_dictionaries({}, optional=dict.fromkeys(PROJECT, JSONS)), more=st.booleans())
def test_both_validators_come_to_one_verdict_of_the_project(change: dict[str, JSON], more: bool) -> None:
    value = {**PROJECT, **change, **({"extra": 1} if more else {})}
    checker = project_checker()
    slow = jsonschema.Draft202012Validator(checker.schema).is_valid(value)
    assert bool(checker.problems(value)) != slow


MANIFESTS = """
apiVersion: qianfan/v2
kind: FineTuningJob
metadata: {name: faq, labels: {a: "${var.a}"}}
spec: {name: faq_job, model: ERNIE-Lite-8K-0725, trainMode: SFT}
---
apiVersion: qianfan/v2
kind: FineTuningTask
metadata:
  name: faq-${each.key}
  forEach: {a: {lr: 3e-5}, b: {lr: 1e-4}}
  dependsOn: [FineTuningJob/faq]
spec:
  jobId: {ref: FineTuningJob/faq}
  hyperParameterConfig: {epoch: 3, learningRate: "${each.lr}"}
  datasetConfig: {sourceType: Platform, versions: [{versionId: ds-1}]}
  extra: {x: {file: a.txt}}
"""


def write(folder: Path, project: str, manifests: str) -> None:
    (folder / "manifests").mkdir()
    (folder / "manifests/a.txt").write_text("text", encoding="utf-8")
    (folder / "qfops.yaml").write_text(project, encoding="utf-8")
    (folder / "manifests/a.yaml").write_text(manifests, encoding="utf-8")


@settings(max_examples=200)
@given(
    which=st.booleans(),
    place=st.floats(0, 1),
    cut=st.integers(0, 30),
    put=st.sampled_from(
        ["", "\n", ": ", "- ", "{", "}", "[", "]", '"', "${", "${var.b}", "*a", "&a ", "\t", "0", "null"]
    )
    | TEXT,
)
def test_no_edit_of_a_project_is_a_crash(which: bool, place: float, cut: int, put: str) -> None:
    """Every finding has a place and a sentence; loading raises what it documents and nothing else."""
    texts = ['name: demo\nvars: {a: "x", b: 3}\n', MANIFESTS]
    at = int(place * len(texts[which]))
    texts[which] = texts[which][:at] + put + texts[which][at + cut :]
    with TemporaryDirectory() as name:
        write(Path(name), *texts)
        found: list[Diagnostic] = []
        try:
            load(Path(name))
        except InputError as error:
            found = list(error.diagnostics)
            assert any(item.severity == "error" for item in found)
        except UsageError:
            pass
        try:
            validated = validate_project(
                Path(name), environment=None, variables={}, env_variables={}, registry=REGISTRY
            )
        except UsageError:
            validated = []
        assert not found or validated
        for item in [*found, *validated]:
            assert item.summary
            assert item.location is not None


def load(folder: Path) -> object:
    loaded = load_project(folder, environment=None, variables={}, env_variables={}, registry=REGISTRY)
    return loaded.settings, {
        str(address): (resource.attributes, resource.labels, resource.references, resource.depends_on)
        for address, resource in loaded.resources.items()
    }


@settings(max_examples=20)
@given(seed=st.integers(0, 1000))
def test_the_order_of_files_documents_and_keys_is_nothing(seed: int) -> None:
    dice = random.Random(seed)
    documents = [read(text).value for text in MANIFESTS.split("---\n")]
    project = read('name: demo\nvars: {a: "x", b: 3}\n').value
    dice.shuffle(documents)
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        write(Path(first), 'name: demo\nvars: {a: "x", b: 3}\n', MANIFESTS)
        write(Path(second), as_yaml(shuffled(project, dice)), "")
        for index, document in enumerate(documents):
            path = Path(second) / f"manifests/{index}.yaml"
            path.write_text(as_yaml(shuffled(document, dice)), encoding="utf-8")
        assert load(Path(first)) == load(Path(second))


def shuffled(value: JSON, dice: random.Random) -> JSON:
    if isinstance(value, dict):
        keys = list(value)
        dice.shuffle(keys)
        return {key: shuffled(value[key], dice) for key in keys}
    return [shuffled(item, dice) for item in value] if isinstance(value, list) else value
