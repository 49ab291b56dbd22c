"""`qfops.yaml`: environments, settings, and what cannot stand in it."""

from __future__ import annotations

from dataclasses import fields

import pytest

from qfops.core.address import Address
from qfops.core.errors import InputError, UsageError
from qfops.core.settings import Limits, Settings, WaitSettings
from qfops.core.values import JSON
from qfops.manifests import load_settings
from qfops.manifests.files import packaged_schema
from tests.unit.manifests.fakes import Folder, box, line


def settings(folder: Folder, text: str, environment: str | None = None) -> Settings:
    folder.write("qfops.yaml", text)
    return load_settings(folder.root, environment=environment, variables={}, env_variables={})


def errors(folder: Folder, text: str, environment: str | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        settings(folder, text, environment)
    return [line(item).removeprefix("qfops.yaml:") for item in caught.value.diagnostics]


def test_a_name_is_enough(folder: Folder) -> None:
    assert settings(folder, "name: demo\n") == Settings(project="demo")


def test_everything_that_can_be_set(folder: Folder) -> None:
    found = settings(
        folder,
        """
        name: demo
        vars: {id: dg-1}
        console: {endpoint: emulator, keys: QIANFAN_DEV}
        wait: {initial: 500ms, max: 5m, limit: 1d, visibility: 0s, signature: 5s, lease: 1.5h}
        limits: {missing: 1, change: 0, runs: 3}
        adopt: {Box/b: "${var.id}", Box/c: null}
        moved: {Box/old: Box/b, v1/Box/x: null}
        forget: [Box/gone]
        """,
    )
    assert found == Settings(
        project="demo",
        endpoint="emulator",
        keys="QIANFAN_DEV",
        wait=WaitSettings(0.5, 300.0, 86400.0, 0.0, 5, 5400.0),
        limits=Limits(1, 0, 3),
        adopt={Address("Box", "b"): "dg-1", Address("Box", "c"): None},
        moved={Address("Box", "old"): Address("Box", "b"), Address("Box", "x", "v1"): None},
        forget=(Address("Box", "gone"),),
    )


ENVIRONMENTS = """
name: demo
vars: {a: 1, b: {c: 1, d: 1}}
console: {endpoint: emulator}
limits: {runs: 1, change: 0.5}
forget: [Box/x]
environments:
  dev:
  prod:
    vars: {b: {d: 2}}
    console: {keys: QIANFAN_PROD}
    limits: {runs: "${var.a}"}
    forget: []
"""


def test_an_environment_overrides(folder: Folder) -> None:
    prod = settings(folder, ENVIRONMENTS, "prod")
    assert (prod.environment, prod.endpoint, prod.keys) == ("prod", "emulator", "QIANFAN_PROD")
    assert (prod.limits, prod.forget) == (Limits(change=0.5, runs=1), ())
    dev = settings(folder, ENVIRONMENTS, "dev")
    assert (dev.environment, dev.keys, dev.forget) == ("dev", "QIANFAN", (Address("Box", "x"),))


def test_an_override_is_merged_whatever_its_keys_are(folder: Folder) -> None:
    """A mapping with the key `ref` stands for one value elsewhere; an environment never does."""
    folder.write("qfops.yaml", "name: demo\nvars: {a: b}\nenvironments:\n  prod: {ref: x}\n")
    folder.manifest(box('{boxName: "b${var.a}"}'))
    assert [text.partition(" |")[0] for text in folder.errors("prod")] == [
        'qfops.yaml:4:10 unknown-key - ref: unknown key "ref"'
    ]


def test_errors_of_an_override_show_where_it_stands(folder: Folder) -> None:
    folder.write(
        "qfops.yaml",
        """
        name: demo
        vars: {unit: x}
        environments:
          prod:
            wait: {initial: "5${var.unit}", max: "${var.nope}"}
        wait: {initial: 1s}
        """,
    )
    folder.manifest(box("{boxName: bb}"))
    initial, *others = folder.errors("prod")
    assert [text.partition(" |")[0] for text in (initial, *others)] == [
        'qfops.yaml:2:8 wrong-value - wait.initial: "5x" does not have the right form',
        "qfops.yaml:5:37 undefined-variable - wait.max: the variable nope is not defined",
    ]
    assert "The value comes from the variable unit, used at qfops.yaml:5:12." in initial


def test_variables_of_environments_merge(folder: Folder) -> None:
    folder.write("qfops.yaml", ENVIRONMENTS.replace("forget: [Box/x]\n", ""))
    folder.manifest(box('{boxName: bb, free: "${var.b}"}'))
    (resource,) = folder.load("prod").resources.values()
    assert resource.attributes["free"] == {"c": 1, "d": 2}


def test_places_of_overrides_are_inside_the_environment(folder: Folder) -> None:
    text = ENVIRONMENTS.replace("QIANFAN_PROD", "AWS").replace("forget: []", "limit: 3")
    found = errors(folder, text, "prod")
    assert [item.split(":")[0] for item in found] == ["10", "12"]
    assert found[1].startswith('12:5 unknown-key - limit: unknown key "limit"')


def test_the_default_environment(folder: Folder) -> None:
    assert settings(folder, f"environment: dev{ENVIRONMENTS}").environment == "dev"
    assert settings(folder, f"environment: dev{ENVIRONMENTS}", "prod").environment == "prod"


@pytest.mark.parametrize(
    ("text", "environment", "message"),
    [
        (
            ENVIRONMENTS,
            None,
            "This project has environments and none is chosen. Declared are dev, prod."
            " Add --env dev, or `environment: dev` to qfops.yaml.",
        ),
        (
            ENVIRONMENTS,
            "prd",
            "There is no environment 'prd'. Declared are dev, prod. Did you mean \"prod\"?",
        ),
        (
            "name: demo\n",
            "dev",
            "This project declares no environments, so 'dev' cannot be chosen."
            " Leave --env out, or declare `environments` in qfops.yaml.",
        ),
    ],
)
def test_choices_that_cannot_be_made(
    folder: Folder, text: str, environment: str | None, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        settings(folder, text, environment)
    assert str(caught.value) == message
    assert caught.value.exit_code == 64


NAME_RULE = "A name has lower-case letters, digits and inner hyphens, at most 63 characters."
DURATION = "Duration such as 500ms, 30s, 5m or 72h."
FORM = "does not have the right form"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# nothing\n", "1:1 wrong-type - -: qfops.yaml is not a mapping | Write name: … in it."),
        ("- a\n", "1:1 wrong-type - -: qfops.yaml is not a mapping | Write name: … in it."),
        (
            "name: demo\n---\nname: other\n",
            "3:1 wrong-type - -: qfops.yaml holds more than one document | Remove the others.",
        ),
        (
            "name: My Project\n",
            f'1:1 bad-name - name: "My Project" cannot be the name of a project | {NAME_RULE} | Rename it.',
        ),
        (
            "name: demo\nenvironment: dev\n",
            '2:1 wrong-value - environment: "dev" is no environment of this project'
            " | Declared are none. | Name one of `environments`, or remove it.",
        ),
        (
            "name: demo\nmanifest: x\n",
            '2:1 unknown-key - manifest: unknown key "manifest"'
            " | Also allowed here: adopt, console, defaults,"
            " environment, environments, files, forget, limits, manifests, moved, vars, wait."
            ' | Did you mean "manifests"?',
        ),
        (
            "name: demo\nstate: {url: x}\n",
            "2:1 not-supported - state: `state` is not supported by this version:"
            " state is kept in the folder .qfops | Remove it.",
        ),
        (
            "name: demo\nconsole: {endpoint: 'ftp://x'}\n",
            f'2:11 wrong-value - console.endpoint: "ftp://x" {FORM}'
            " | `https://…` of the console API, or `emulator` for the embedded one."
            " Default: https://qianfan.baidubce.com.",
        ),
        (
            "name: demo\nconsole: {keys: PROD}\n",
            f'2:11 wrong-value - console.keys: "PROD" {FORM}'
            " | Prefix of the variables that hold the keys: PREFIX_ACCESS_KEY and PREFIX_SECRET_KEY."
            " It is QIANFAN or begins with QIANFAN_. Default: QIANFAN.",
        ),
        (
            "name: demo\nwait: {max: 30}\n",
            "2:8 wrong-type - wait.max: a text is wanted here, not the number 30"
            f" | {DURATION} Longest pause between two looks. Default: 30s.",
        ),
        (
            "name: demo\nwait: {max: 3x}\n",
            f'2:8 wrong-value - wait.max: "3x" {FORM}'
            f" | {DURATION} Longest pause between two looks. Default: 30s.",
        ),
        (
            "name: demo\nwait: {signature: 2m}\n",
            "2:8 wrong-value - wait.signature: a signature is valid for 5s to 60s, in whole seconds"
            " | Write a duration from 5s to 60s.",
        ),
        (
            "name: demo\nwait: {lease: 0s}\n",
            "2:8 wrong-value - wait.lease: lease must be longer than nothing",
        ),
        (
            "name: demo\nwait: {initial: 1m}\n",
            "2:8 wrong-value - wait.initial: initial (60s) is longer than max (30s)"
            " | Waiting starts with initial and grows to max.",
        ),
        (
            "name: demo\nlimits: {missing: 30%}\n",
            '2:10 wrong-type - limits.missing: a number is wanted here, not the text "30%"'
            " | Share of the objects that may be missing at once, from 5 objects on. Default: 0.3.",
        ),
        (
            "name: demo\nlimits: {change: 2}\n",
            "2:10 wrong-value - limits.change: 2 is out of range; wanted is 0 to 1"
            " | Share of the resources that may change at once. Default: 0.3.",
        ),
        (
            "name: demo\nadopt: {box: x}\n",
            "2:9 bad-address - adopt.box:"
            " 'box' is not an address; write Kind/name, for example Dataset/faq-train",
        ),
        (
            "name: demo\nmoved: {Box/a: b}\n",
            "2:9 bad-address - moved.Box/a:"
            " 'b' is not an address; write Kind/name, for example Dataset/faq-train",
        ),
        (
            "name: demo\nforget: [b]\n",
            "2:10 bad-address - forget[0]:"
            " 'b' is not an address; write Kind/name, for example Dataset/faq-train",
        ),
        (
            "name: demo\nvars:\n",
            "2:1 wrong-type - vars: a mapping is wanted here, not nothing"
            " | Variables, used as ${var.NAME}. QFOPS_VAR_NAME replaces one, and --var NAME=VALUE"
            " replaces both."
            " | Give a value, or remove the key.",
        ),
    ],
)
def test_what_cannot_stand_in_it(folder: Folder, text: str, expected: str) -> None:
    assert errors(folder, text) == [expected]


@pytest.mark.parametrize(
    ("environments", "expected"),
    [
        (
            "[dev]",
            "2:1 wrong-type - environments: environments is a mapping of names, not a list"
            " | Write dev: {} below it.",
        ),
        (
            "{Dev: {}}",
            f'2:16 bad-name - environments.Dev: "Dev" cannot be the name of an environment | {NAME_RULE}'
            " | Rename it.",
        ),
        (
            "{dev: 3}",
            "2:16 wrong-type - environments.dev: an environment is a mapping, not the number 3"
            " | Write {} when it overrides nothing.",
        ),
        (
            "{dev: {name: x}}",
            "2:22 unknown-key - environments.dev.name: name cannot stand inside an environment | Remove it.",
        ),
    ],
)
def test_environments_that_cannot_be(folder: Folder, environments: str, expected: str) -> None:
    folder.write("qfops.yaml", f"name: demo\nenvironments: {environments}\n")
    (folder.root / "manifests/a.yaml").write_text(box("{boxName: bb}"), encoding="utf-8")
    assert folder.validate() == [f"qfops.yaml:{expected}"]


def test_all_mistakes_of_the_settings_at_once(folder: Folder) -> None:
    text = "name: My\nwait: {max: 3x, initial: 1s}\nlimits: {runs: no}\nadopt: {b: x}\n"
    assert [item.split(" ")[0] for item in errors(folder, text)] == ["1:1", "2:8", "3:10", "4:9"]


def test_a_folder_without_a_project(folder: Folder) -> None:
    (folder.root / "qfops.yaml").unlink()
    (found,) = folder.errors()
    assert found == (
        f"- no-project-file - -: there is no qfops.yaml in {folder.root}"
        " | Start a project with `qfops init`, or name its folder with -C DIR."
    )
    (folder.root / "qfops.yml").touch()
    assert folder.errors()[0].endswith("Rename qfops.yml to qfops.yaml.")


def test_the_schema_describes_the_settings_there_are() -> None:
    definitions = packaged_schema("project.json")["$defs"]
    assert isinstance(definitions, dict)
    for name, settings_of in (("wait", WaitSettings), ("limits", Limits)):
        schema = definitions[name]
        assert isinstance(schema, dict)
        assert isinstance(schema["properties"], dict)
        assert list(schema["properties"]) == [item.name for item in fields(settings_of)]


def test_every_key_of_the_schema_is_described() -> None:
    def undescribed(schema: JSON, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        properties = schema.get("properties")
        found = [] if "description" in schema or "$ref" in schema else [path]
        if isinstance(properties, dict):
            found += [
                name for key, inner in properties.items() for name in undescribed(inner, f"{path}.{key}")
            ]
        return found

    schema = packaged_schema("project.json")
    assert isinstance(schema["$defs"], dict)
    assert undescribed(schema, "") == []
    assert [name for key, inner in schema["$defs"].items() for name in undescribed(inner, key)] == []
