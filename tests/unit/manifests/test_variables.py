"""Where variables come from, and which one wins."""

from __future__ import annotations

import pytest

from qfops.core.errors import UsageError
from qfops.core.values import JSON, plain
from tests.unit.manifests.fakes import Folder, box

MANIFEST = box('{boxName: bb, free: {x: "${var.x}"}}')


def value(folder: Folder, declared: str = "", env: str | None = None, given: str | None = None) -> JSON:
    folder.write("qfops.yaml", f"name: demo\n{declared}")
    folder.manifest(MANIFEST)
    variables = {} if given is None else {"x": given}
    env_variables = {} if env is None else {"x": env}
    (resource,) = folder.load(variables=variables, env_variables=env_variables).resources.values()
    free = resource.attributes["free"]
    assert isinstance(free, dict)
    return plain(free["x"])


def test_the_last_source_wins(folder: Folder) -> None:
    assert value(folder, "vars: {x: 1}\n") == 1
    assert value(folder, "vars: {x: 1}\n", env="2") == 2
    assert value(folder, "vars: {x: 1}\n", env="2", given="3") == 3
    assert value(folder, env="2") == 2


@pytest.mark.parametrize(
    ("text", "expected"), [("3", 3), ("true", True), ("", None), ("True", "True"), ("a b", "a b")]
)
def test_values_from_outside_are_plain_scalars(folder: Folder, text: str, expected: JSON) -> None:
    assert value(folder, given=text) == expected
    assert value(folder, env=text) == expected


def test_origins_name_the_variable_and_its_source(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nvars:\n  x: 1\n")
    folder.manifest(MANIFEST)
    found = []
    for variables, env in ((None, None), (None, {"x": "2"}), ({"x": "3"}, {"x": "2"})):
        (resource,) = folder.load(variables=variables, env_variables=env).resources.values()
        origin = resource.origin("free.x")
        found.append((origin.source, origin.name, str(origin.location)))
    assert found == [
        ("var", "x", "qfops.yaml:3:3"),
        ("env", "x", "manifests/a.yaml:5:28"),
        ("var", "x", "manifests/a.yaml:5:28"),
    ]


def test_variables_may_use_each_other(folder: Folder) -> None:
    declared = 'vars: {x: "${var.y}-${qfops.project}", y: "${var.z}", z: 3}\n'
    assert value(folder, declared) == "3-demo"


def test_a_circle_of_variables_is_an_error(folder: Folder) -> None:
    folder.write("qfops.yaml", 'name: demo\nvars: {x: "${var.y}", y: "a ${var.x}"}\n')
    folder.manifest(MANIFEST)
    found = folder.errors()
    assert (
        "qfops.yaml:2:8 cycle - vars.x: the variables x → y → x need each other | Write one of them out."
        in found
    )


def test_a_circle_is_broken_from_outside(folder: Folder) -> None:
    folder.write("qfops.yaml", 'name: demo\nvars: {x: "${var.y}", y: "${var.x}"}\n')
    folder.manifest(MANIFEST)
    assert folder.one(y="1").attributes["free"] == {"x": 1}


def test_a_long_chain_of_variables_is_an_error_and_not_a_crash(folder: Folder) -> None:
    chain = "".join(f'  v{i}: "${{var.v{i + 1}}}"\n' for i in range(2000))
    folder.write("qfops.yaml", f'name: demo\nvars:\n  x: "${{var.v0}}"\n{chain}  v2000: 1\n')
    folder.manifest(MANIFEST)
    assert any("too long a chain of variables" in item for item in folder.errors())


def test_variables_that_double_are_an_error_and_not_a_crash(folder: Folder) -> None:
    doubles = "".join(f'  v{i}: ["${{var.v{i - 1}}}", "${{var.v{i - 1}}}"]\n' for i in range(1, 60))
    folder.write("qfops.yaml", f"name: demo\nvars:\n  v0: 1\n{doubles}")
    assert any("too-big-value" in item for item in folder.errors())


def test_variables_that_nest_ever_deeper_are_an_error_and_not_a_crash(folder: Folder) -> None:
    deeper = "".join(f'  v{i}: ["${{var.v{i - 1}}}"]\n' for i in range(1, 1000))
    folder.write("qfops.yaml", f"name: demo\nvars:\n  v0: 1\n{deeper}")
    assert any("too-big-value" in item for item in folder.errors())


def test_names_of_declared_variables(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nvars: {a.b: 1}\n")
    folder.manifest(box("{boxName: bb}"))
    assert folder.errors() == [
        "qfops.yaml:2:8 bad-name - vars[\"a.b\"]: 'a.b' cannot be the name of a variable"
        " | Use letters, digits, _ and -, starting with a letter."
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a b", "1", r"--var a b=… is not a variable. A name holds letters"),
        ("x", "\udcff", r"The value of --var x is not UTF-8"),
    ],
)
def test_arguments_that_cannot_be(folder: Folder, name: str, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        folder.load(variables={name: text})


def test_a_process_variable_that_cannot_be(folder: Folder) -> None:
    with pytest.raises(UsageError, match="The value of QFOPS_VAR_x is not UTF-8"):
        folder.load(env_variables={"x": "\udcff"})


def test_an_argument_that_nothing_uses_is_a_warning(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nvars: {replicas: 1}\n")
    assert folder.errors(replcas="2") == [
        "- warning unused-variable - -: nothing uses the variable replcas of --var"
        ' | Did you mean "replicas"?',
        "qfops.yaml:1:1 warning no-manifests - manifests: manifests/ holds no manifest"
        " | A manifest is a file that ends in .yaml or .yml.",
    ]


def test_a_variable_may_be_used_anywhere(folder: Folder) -> None:
    folder.write("qfops.yaml", 'name: demo\nvars: {a: "${var.inner}"}\nwait: {initial: "${var.first}"}\n')
    folder.manifest(
        """
        apiVersion: qianfan/v2
        kind: Box
        metadata:
          name: b-${each.key}
          forEach: {x: "${var.item}"}
        spec: {boxName: bb, note: "${var.text}"}
        """
    )
    assert folder.errors(inner="1", first="1s", item="2", text="hi") == []
