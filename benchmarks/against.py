"""`script/bench`: what a command costs in this working tree, and in another commit, measured in turns.

Each tree is driven through its own command line, in processes of their own, with one interpreter and one set
of packages; so the trees may differ inside as they like.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generator

ROOT = Path(__file__).parents[1]
CASES = {"plan-1000": 1000, "plan-10000": 10_000}
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Sample:
    """What one process took: seconds and megabytes."""

    cpu: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Tree:
    """A version of qfops: how it is called, and where."""

    name: str
    root: Path

    def command(self, *arguments: str) -> list[str]:
        """The `qfops` script of this tree, as its own project file declares it."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        module, _, function = project["scripts"]["qfops"].partition(":")
        return self.python(f"from {module} import {function}; {function}()", *arguments)

    def python(self, code: str, *arguments: str) -> list[str]:
        """A Python process that imports qfops from this tree: see `environment`."""
        return [sys.executable, "-P", "-c", code, *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        """This process' environment with this tree on top of the packages, without settings of qfops.

        Nor those of Python: one of them would keep bytecode from being written, and only a new tree has none.
        """
        plain = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PYTHON", "QFOPS", "QIANFAN"))
        }
        return {**plain, "PYTHONPATH": str(self.root), **more}

    def check(self) -> None:
        """Refuse to measure another qfops than this tree's."""
        code = "import qfops; print(qfops.__file__)"
        found = subprocess.run(
            self.python(code), env=self.environment(), check=True, capture_output=True, text=True
        ).stdout.strip()
        if not Path(found).resolve().is_relative_to(self.root.resolve()):
            sys.exit(f"{self.name}: Python imports {found}, which is not in {self.root}")


@dataclass(frozen=True)
class Project:
    """A project that is applied already, in a folder of its own, with a console that runs."""

    tree: Tree
    folder: Path
    environment: dict[str, str]

    def run(self, *arguments: str) -> Sample:
        """Run a qfops command that must succeed; what the process took."""
        with tempfile.TemporaryFile() as said:
            began = time.perf_counter()
            child = subprocess.Popen(
                self.tree.command("-C", str(self.folder), *arguments),
                env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
            try:
                _, status, used = os.wait4(child.pid, 0)
            except BaseException:  # told to stop: so is the child
                child.kill()
                raise
            wall = time.perf_counter() - began
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                said.seek(0)
                shown = said.read().decode("utf-8", "replace")[-4000:]
                sys.exit(
                    f"{shown}\n{self.tree.name}: `qfops {' '.join(arguments)}` ended with {child.returncode}"
                )
        return Sample(used.ru_utime + used.ru_stime, wall, used.ru_maxrss * _MAXRSS_UNIT / 1e6)

    def plan(self) -> Sample:
        """Plan, which must find nothing to do."""
        return self.run("plan", "--detailed-exitcode")


@contextmanager
def console(tree: Tree, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The tree's own emulator in a process, without delays: its URL and the keys that open it."""
    with subprocess.Popen(
        tree.command("-C", str(folder), "emulator", "serve"),
        env=tree.environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as server:  # fmt: skip
        try:
            url, keys = _announced(server)
            durations = _knobs(url)["durations"]
            assert isinstance(durations, dict)
            _knobs(url, durations=dict.fromkeys(durations, 0.0), record_requests=False)
            yield url, keys
        finally:
            server.kill()


def _announced(server: subprocess.Popen[str]) -> tuple[str, dict[str, str]]:
    """Where an emulator listens and what its keys are, as it says itself."""
    assert server.stdout is not None
    url, said = "", ""
    for line in server.stdout:
        said += line
        url = line.strip() if line.startswith("http://") else url
        keys = dict(re.findall(r"(QIANFAN_\w+)=(\S+)", line))
        if keys:
            return url, keys
    sys.exit(f"{said}\nthe emulator did not start")


def _knobs(url: str, **wanted: object) -> dict[str, object]:
    """Turn knobs of an emulator, if any; all of them."""
    body = json.dumps(wanted).encode() if wanted else None
    request = urllib.request.Request(f"{url}/_emulator/knobs", body, {"Content-Type": "application/json"})
    with _NO_PROXY.open(request) as answer:
        found = json.load(answer)["result"]
    return found if isinstance(found, dict) else {}


@contextmanager
def prepared(tree: Tree, resources: int) -> Iterator[Project]:
    """A project of that many resources, applied, planned once, and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="qfops-bench-") as name:
        folder = Path(name).resolve()
        # a project, so that the emulator has a place; the endpoint is known once it runs
        generator.write(folder, 0, "emulator")
        with console(tree, folder) as (url, keys):
            generator.write(folder, resources, url)
            project = Project(tree, folder, tree.environment(**keys))
            project.run("apply", "--auto-approve", "--concurrency", "50")
            project.plan()
            yield project


@contextmanager
def checkout(revision: str) -> Iterator[Tree]:
    """Another commit in a working tree of its own, which is removed afterwards, whatever happens."""
    commit = _git("rev-parse", "--verify", f"{revision}^{{commit}}")
    with tempfile.TemporaryDirectory(prefix="qfops-bench-") as name:
        root = Path(name).resolve() / "tree"
        try:
            _git("worktree", "add", "--quiet", "--detach", str(root), commit)
            yield Tree(commit[:10], root)
        finally:
            if root.exists():
                _git("worktree", "remove", "--force", str(root))


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(f"`git {' '.join(arguments)}` ended with {done.returncode}")
    return done.stdout.strip()


def measure(trees: Sequence[Tree], resources: int, pairs: int) -> list[list[Sample]]:
    """The samples of every tree, taken in turns: what slows the machine down slows all of them."""
    with ExitStack() as stack:
        projects = [stack.enter_context(prepared(tree, resources)) for tree in trees]
        rounds = [[project.plan() for project in projects] for _ in range(pairs)]
    return [list(samples) for samples in zip(*rounds, strict=True)]


def table(case: str, names: Sequence[str], samples: Sequence[Sequence[Sample]]) -> list[str]:
    """Rows of a Markdown table: medians of every tree, and the first one's share of the second one's."""
    rows = []
    for what, part, scale, unit in (
        ("processor time", "cpu", 1000.0, "ms"),
        ("wall time", "wall", 1000.0, "ms"),
        ("peak memory", "memory", 1.0, "MB"),
    ):
        found = [statistics.median(getattr(sample, part) for sample in of_tree) for of_tree in samples]
        cells = [f"{value * scale:,.0f} {unit}" for value in found]
        ratio = [f"{found[0] / found[1]:.3f}"] if len(names) > 1 else []
        rows.append(f"| {' | '.join([case, what, *cells, *ratio])} |")
    return rows


def heading(names: Sequence[str]) -> list[str]:
    """The head of that table."""
    cells = ["case", "median of", *names, *(["ratio"] if len(names) > 1 else [])]
    return [f"| {' | '.join(cells)} |", f"|{'---|' * len(cells)}"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--against", metavar="REV", help="the commit to compare this working tree with")
    parser.add_argument("--pairs", metavar="N", type=int, default=5, help="runs in each tree; default: 5")
    parser.add_argument("cases", metavar="case", nargs="*", help=f"{', '.join(CASES)}; default: the last")
    chosen = parser.parse_args()
    unknown = [case for case in chosen.cases if case not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]}; there are {', '.join(CASES)}")
    if chosen.pairs < 1:
        parser.error("--pairs must be 1 or more")
    return chosen


def main() -> None:
    """Measure, and print one table."""
    chosen = _arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with ExitStack() as stack:
        trees = [Tree("this tree", ROOT)]
        if chosen.against:
            trees.append(stack.enter_context(checkout(chosen.against)))
        for tree in trees:
            tree.check()
        names = [tree.name for tree in trees]
        print("\n".join(heading(names)), flush=True)
        for case in chosen.cases or list(CASES)[-1:]:
            samples = measure(trees, CASES[case], chosen.pairs)
            print("\n".join(table(case, names, samples)), flush=True)


if __name__ == "__main__":
    main()
