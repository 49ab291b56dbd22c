"""Every folder with a `script` is one behaviour, as a user at a shell meets it; `output.txt` is its golden.

The files of a folder and of those above it are its inputs. Goldens are rewritten by `--update-goldens`,
reviewed, never edited by hand.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Golden

HERE = Path(__file__).parent
SCRIPTS = sorted(path.parent for path in HERE.rglob("script"))
OWN = {"script", "output.txt"}

# What differs from run to run, by pattern: a name for each kind of it, numbered in the order of appearance.
IDS = re.compile(r"\b(am|amv|dg|ds|job|pl|pt|svco|svcp|task)-[a-z0-9]{12,}\b")
PLACES: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "DIGEST"),
    (re.compile(r"\b[0-9a-f]{12}…"), "DIGEST…"),
    (re.compile(r"(?<=plan )[0-9a-f]{6}…"), "DIGEST…"),
    (re.compile(r"(?<=state )[0-9a-f]{4}(?=#)"), "LINEAGE"),
    (re.compile(r"\b20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z"), "TIME"),
]


@pytest.mark.parametrize("folder", SCRIPTS, ids=lambda folder: str(folder.relative_to(HERE)))
def test_script(folder: Path, tmp_path: Path, golden: Golden) -> None:
    project = tmp_path / "project"
    project.mkdir()
    for above in [*reversed(folder.relative_to(HERE).parents), folder.relative_to(HERE)]:
        if above != Path():
            _inherit(HERE / above, project)
    shutil.copy(folder / "script", tmp_path / "script")
    done = subprocess.run(
        ["bash", "-e", "-c", 'source "$ACCEPTANCE/helpers.sh"; source ../script'],
        cwd=project,
        env=_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    output = _steady(done.stdout.decode("utf-8"), project)
    assert done.returncode == 0, output
    assert "Traceback" not in output, output
    assert "COMPLAINT" not in output, output
    golden(folder / "output.txt", output)


def _inherit(source: Path, project: Path) -> None:
    """The input files of a folder; those of folders further down replace them."""
    for item in source.iterdir():
        if item.is_dir() and not (item / "script").exists() and not list(item.rglob("script")):
            shutil.copytree(item, project / item.name, dirs_exist_ok=True)
        elif item.is_file() and item.name not in OWN:
            shutil.copy(item, project / item.name)


def _environment(home: Path) -> dict[str, str]:
    """A plain machine: no keys, no CI, and a locale that knows ASCII only."""
    tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {
        "PATH": tools,
        "HOME": str(home),
        "USER": "tester",
        "LC_ALL": "C",
        "TZ": "UTC",
        "ACCEPTANCE": str(HERE),
        "PYTHONPATH": str(HERE.parents[1]),
    }


def _steady(text: str, project: Path) -> str:
    """The output with everything replaced that differs from run to run."""
    text = text.replace(str(project), "PROJECT")
    for pattern, name in PLACES:
        text = pattern.sub(name, text)
    return IDS.sub(_numbered(), text)


def _numbered() -> Callable[[re.Match[str]], str]:
    known: dict[str, str] = {}
    counts: dict[str, int] = {}

    def name(match: re.Match[str]) -> str:
        if match[0] not in known:
            counts[match[1]] = counts.get(match[1], 0) + 1
            known[match[0]] = f"{match[1]}-ID{counts[match[1]]}"
        return known[match[0]]

    return name


def test_an_id_of_nothing_but_letters_is_an_id() -> None:
    """One in two hundred has no digit."""
    shown = "pt-uxqnynqterrfcxig pt-uxqnynqterrf0xig pt-uxqnynqterrfcxig"
    assert _steady(shown, Path("/nowhere")) == "pt-ID1 pt-ID2 pt-ID1"
