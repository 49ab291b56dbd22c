"""Loading and validating whole projects."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from qfops.core.address import Address
from qfops.core.errors import InputError, UsageError
from tests.unit.manifests.fakes import Folder, box, lid


def test_resources_are_sorted_by_address_whatever_the_files(folder: Folder) -> None:
    folder.write("manifests/1.yaml", lid("{boxId: x}", "a"))
    folder.write("manifests/2.yml", box("{boxName: bb}", "b"))
    folder.write("manifests/sub/0.yaml", box("{boxName: cc}", "a"))
    loaded = folder.load()
    assert [str(address) for address in loaded.resources] == ["Box/a", "Box/b", "Lid/a"]
    assert loaded.files == ("manifests/1.yaml", "manifests/2.yml", "manifests/sub/0.yaml", "qfops.yaml")
    assert (loaded.settings.project, loaded.diagnostics, loaded.selected) == ("demo", (), None)


def test_texts_are_among_the_files(folder: Folder) -> None:
    folder.manifest(box("{boxName: bb, note: {file: ../n.txt}}"))
    folder.write("n.txt", "x")
    assert folder.load().files == ("manifests/a.yaml", "n.txt", "qfops.yaml")


def test_manifests_may_be_elsewhere(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nmanifests: [boxes/, 'lids/*.yaml', one.yaml]\n")
    folder.write("boxes/a.yaml", box("{boxName: aa}", "a"))
    folder.write("lids/l.yaml", lid("{boxId: x}"))
    folder.write("lids/ignored.yml", "not: read\n")
    folder.write("one.yaml", box("{boxName: bb}", "b"))
    folder.write("manifests/ignored.yaml", "not: read\n")
    assert [str(address) for address in folder.load().resources] == ["Box/a", "Box/b", "Lid/l"]


def test_a_missing_place_of_manifests_is_an_error(folder: Folder) -> None:
    """An empty project would plan the end of everything in state."""
    folder.write("qfops.yaml", "name: demo\nmanifests:\n- boxes/\n- manifests\n")
    assert folder.errors() == [
        "qfops.yaml:3:3 unreadable-file - manifests[0]: boxes/ does not exist"
        " | Create it, or correct `manifests`.",
        "qfops.yaml:4:3 warning no-manifests - manifests[1]: manifests holds no manifest"
        " | A manifest is a file that ends in .yaml or .yml.",
    ]


def test_everything_wrong_is_reported_at_once(folder: Folder) -> None:
    folder.write("qfops.yaml", "name: demo\nwaiting: 3\nadopt: {Box/none: x}\n")
    folder.write("manifests/1.yaml", box("{boxName: b, sise: 3}", "a"))
    folder.write("manifests/2.yaml", lid("{boxId: {ref: Lid/x}, color: '${var.no}', parts: {}}"))
    folder.write("manifests/3.yaml", box("{boxName: [}"))
    folder.write("manifests/4.yaml", b"a: \xff\n")
    assert [item.split(":")[0] + " " + item.split(" ")[1] for item in folder.errors()] == [
        "manifests/1.yaml wrong-value",
        "manifests/1.yaml unknown-key",
        "manifests/2.yaml wrong-kind",
        "manifests/2.yaml undefined-variable",
        "manifests/2.yaml wrong-type",
        "manifests/3.yaml yaml-syntax",
        "manifests/4.yaml bad-encoding",
        "qfops.yaml unknown-key",
    ]


def test_an_error_counts_as_one(folder: Folder) -> None:
    folder.manifest(box("{boxName: b}"))
    with pytest.raises(InputError, match=r"^1 error in the project's files$"):
        folder.load()


class TestPaths:
    """PATH arguments narrow what may be changed, never what is wanted."""

    def write(self, folder: Folder) -> None:
        folder.write("manifests/boxes/a.yaml", box("{boxName: aa}", "a"))
        folder.write("manifests/boxes/b.yaml", box("{boxName: bb}", "b"))
        folder.write("manifests/lids.yaml", lid("{boxId: x}"))

    @pytest.mark.parametrize(
        ("paths", "selected"),
        [
            (["manifests/boxes"], {"Box/a", "Box/b"}),
            (["manifests/boxes/a.yaml"], {"Box/a"}),
            (["manifests/boxes/a.yaml", "manifests/lids.yaml"], {"Box/a", "Lid/l"}),
            (["."], {"Box/a", "Box/b", "Lid/l"}),
        ],
    )
    def test_they_select_addresses(self, folder: Folder, paths: list[str], selected: set[str]) -> None:
        self.write(folder)
        loaded = folder.load(paths=[Path(path) for path in paths])
        assert loaded.selected == frozenset(Address.parse(text) for text in selected)
        assert len(loaded.resources) == 3

    def test_absolute_paths_are_fine(self, folder: Folder) -> None:
        self.write(folder)
        loaded = folder.load(paths=[folder.root / "manifests/lids.yaml"])
        assert loaded.selected == frozenset({Address("Lid", "l")})

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("manifests/none.yaml", "manifests/none.yaml does not exist"),
            ("qfops.yaml", "qfops.yaml holds no manifest of this project"),
            ("..", r"\.\. leads out of the project folder"),
        ],
    )
    def test_other_paths_are_wrong_usage(self, folder: Folder, path: str, message: str) -> None:
        self.write(folder)
        with pytest.raises(UsageError, match=message):
            folder.load(paths=[Path(path)])

    def test_validate_shows_what_is_found_there(self, folder: Folder) -> None:
        self.write(folder)
        folder.write("manifests/boxes/a.yaml", box("{boxName: a}", "a"))
        folder.write("manifests/lids.yaml", lid("{boxId: {ref: Box/none}}"))
        assert len(folder.validate()) == 2
        (found,) = folder.validate(paths=[Path("manifests/lids.yaml")])
        assert "dangling-reference" in found


class TestEnvironments:
    """Without --env, `validate` looks at every environment."""

    PROJECT = """
    name: demo
    environments:
      dev: {vars: {size: 3}}
      prod: {vars: {size: 30}}
      test: {}
    """

    def test_each_finding_once_and_where_it_is_not_everywhere(self, folder: Folder) -> None:
        folder.write("qfops.yaml", self.PROJECT)
        folder.manifest(box("{boxName: b, size: '${var.size}'}"))
        assert folder.validate() == [
            'manifests/a.yaml:5:8 wrong-value Box/b spec.boxName: "b" has 1 character; wanted are 2 to 20'
            " | Name, 2 to 20 characters.",
            "manifests/a.yaml:5:20 undefined-variable Box/b spec.size: the variable size is not defined"
            " | Only in test. | Set it under `vars` in qfops.yaml, with --var size=…, or as QFOPS_VAR_size.",
            "qfops.yaml:4:17 wrong-value Box/b spec.size: 30 is out of range; wanted is 1 to 9"
            " | Size in litres. The value comes from the variable size, used at manifests/a.yaml:5:20."
            " Only in prod.",
        ]

    def test_one_environment_alone(self, folder: Folder) -> None:
        folder.write("qfops.yaml", self.PROJECT)
        folder.manifest(box("{boxName: bb, size: '${var.size}'}"))
        assert folder.validate("dev") == []
        assert len(folder.validate("prod")) == 1

    def test_manifests_may_differ(self, folder: Folder) -> None:
        folder.write(
            "qfops.yaml", "name: demo\nenvironments: {dev: {manifests: dev/}, prod: {manifests: prod/}}\n"
        )
        folder.write("dev/a.yaml", box("{boxName: aa}", "a"))
        folder.write("prod/b.yaml", box("{boxName: bb}", "b"))
        assert folder.validate() == []
        assert list(folder.load("dev").resources) == [Address("Box", "a")]
        assert list(folder.load("prod").resources) == [Address("Box", "b")]

    def test_a_project_without_environments(self, folder: Folder) -> None:
        folder.manifest(box("{boxName: bb}"))
        assert folder.validate() == []

    def test_a_broken_project_file(self, folder: Folder) -> None:
        folder.write("qfops.yaml", "name: [\n")
        (found,) = folder.validate()
        assert found.startswith("qfops.yaml:2:1 yaml-syntax")

    def test_a_wrong_choice_is_wrong_usage(self, folder: Folder) -> None:
        with pytest.raises(UsageError):
            folder.validate("dev")


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys, qfops.manifests as m;"
        "assert not {'yaml', 'jsonschema', 'jsonschema_rs'} & sys.modules.keys();"
        "assert m.load_project and 'yaml' in sys.modules and 'jsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_names_that_are_not_there() -> None:
    import qfops.manifests

    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = qfops.manifests.nothing
