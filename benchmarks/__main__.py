"""`python -m benchmarks`: every budget of the design at 1,000 and 10,000 resources, a table and JSON.

`--quick` leaves out 10,000. The results go to `benchmarks/results.json`, the table to `benchmarks/README.md`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generator
from benchmarks.console import console

HERE = Path(__file__).parent
MARK = "<!-- table -->"


@dataclass(frozen=True)
class Row:
    """One budget and what was measured."""

    what: str
    budget: str
    measured: str
    met: bool | None = None

    def line(self) -> str:
        """The row of the table."""
        verdict = {True: "yes", False: "**no**", None: ""}[self.met]
        return f"| {self.what} | {self.budget} | {self.measured} | {verdict} |"


def run(task: str, folder: Path, *arguments: object) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.work", task, str(folder), *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def startup() -> tuple[float, float]:
    """Medians, in milliseconds, of a bare interpreter and of `qfops --version`."""
    bare = [sys.executable, "-c", "pass"]
    ours = [str(Path(sys.executable).parent / "qfops"), "--version"]

    def once(command: list[str]) -> float:
        began = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return 1000 * (time.perf_counter() - began)

    times = [(once(bare), once(ours)) for _ in range(15)]
    return statistics.median(t[0] for t in times), statistics.median(t[1] for t in times)


def project_rows(count: int, results: dict[str, object]) -> list[Row]:
    """Load, plan, memory, calls and octoDNS at one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with console(folder / "emulator.db") as endpoint:
            size = generator.write(folder, count, endpoint)
            loaded = run("load", folder)
            applied = run("apply", folder, 50)
            planned = run("plan", folder)
    dns = octodns(count)
    results[f"at {count}"] = {"load": loaded, "apply": applied, "plan": planned, "octodns": dns}
    each = 1e6 / count
    load_us, plan_us = loaded["cpu"] * each, planned["cpu"] * each
    parts = ", ".join(
        f"{part.replace('_', ' ')} {planned[part] * each:.0f}"
        for part in ("load", "state", "refresh_and_compare")
    )
    blocks = count // generator.BLOCK
    budget_calls = _pages(blocks, 1) * 3 + _pages(blocks, 6) + _pages(blocks, 3) + 2 * blocks + 20
    rows = [
        Row(
            f"load + validate a manifest ({size // count} bytes on average), {count:,} resources",
            "250 µs", f"{load_us:.0f} µs", load_us <= 250,
        ),
        Row(
            f"no-op `plan`, own CPU a resource, {count:,} resources",
            "400 µs", f"{plan_us:.0f} µs ({parts})", plan_us <= 400 and not planned["changes"],
        ),
        Row(
            f"calls of that refresh, {count:,} resources", f"{budget_calls}", f"{planned['calls']:.0f}",
            planned["calls"] <= budget_calls,
        ),
        Row(f"octoDNS planning {count:,} records, own CPU a record", "",
            f"{dns * each:.0f} µs: qfops takes {plan_us / (dns * each):.2f} of that"),
    ]  # fmt: skip
    if count >= 10_000:
        rows.append(Row(f"memory at {count:,} resources", "300 MB", f"{planned['megabytes']:.0f} MB",
                        planned["megabytes"] <= 300))  # fmt: skip
    return rows


def _pages(blocks: int, a_block: int) -> int:
    return -(-blocks * a_block // 100)


def octodns(count: int) -> float:
    """Seconds of own CPU that octoDNS needs for as many records."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.octodns_plan", str(count)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HERE.parent)
    return float(json.loads(done.stdout.splitlines()[-1])["cpu"])


def request_row(results: dict[str, object]) -> Row:
    """What one request costs."""
    with tempfile.TemporaryDirectory() as name, console(Path(name) / "emulator.db") as endpoint:
        generator.write_prompts(Path(name), 1, endpoint)
        found = run("requests", Path(name))
    results["requests"] = found
    cost = 1000 * found["cpu"] / found["requests"]
    return Row("own CPU of one console request", "1.5 ms", f"{cost:.2f} ms", cost <= 1.5)


def apply_rows(results: dict[str, object]) -> list[Row]:
    """1,000 creates with 20 ms latency at two concurrencies."""
    found: dict[int, dict[str, float]] = {}
    for concurrency in (10, 50):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            with console(folder / "emulator.db", latency=0.02) as endpoint:
                generator.write_prompts(folder, 1000, endpoint)
                found[concurrency] = run("apply", folder, concurrency)
    results["apply 1000 creates, 20 ms"] = {str(key): value for key, value in found.items()}
    ten, fifty = found[10], found[50]
    appends = fifty["records"] / fifty["applied"]
    return [
        Row("apply of 1,000 creates, 20 ms latency, concurrency 10", "", f"{ten['wall']:.1f} s"),
        Row(
            "the same at concurrency 50", "no slower", f"{fifty['wall']:.1f} s", fifty["wall"] <= ten["wall"]
        ),
        Row(
            "journal records of one applied create (intent, outcome, read-back)",
            "2 appends a step, fsync shared", f"{appends:.2f}", appends <= 3.01,
        ),
    ]  # fmt: skip


def machine() -> str:
    """What it was measured on, in one line."""
    named = [line for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")]
    model = named[0].partition(":")[2].strip() if named else platform.machine()
    return f"{os.cpu_count()} cores of {model}, {platform.system()}, Python {platform.python_version()}"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def missed(rows: list[Row], results: dict[str, object]) -> list[str]:
    """By how much a budget is missed, and where the time of a plan goes."""
    late = [row for row in rows if row.met is False]
    lines = ["", "Missed:" if late else "Missed: nothing.", *([""] if late else [])]
    lines += [f"* {row.what}: {row.measured} where {row.budget} was the goal." for row in late]
    requests = results["requests"]
    largest = results.get("at 10000") or results["at 1000"]
    assert isinstance(requests, dict)
    assert isinstance(largest, dict)
    plan, count = largest["plan"], largest["plan"]["resources"]
    each = 1e6 / count
    sending = plan["calls"] * requests["cpu"] / requests["requests"]
    rest = plan["refresh_and_compare"] - sending
    lines += [
        "",
        f"Where the time of that plan goes, at {count:,} resources, in µs a resource: "
        f"loading and validating {plan['load'] * each:.0f} (a third of it the YAML parser's own events), "
        f"reading the state {plan['state'] * each:.0f}, sending and receiving {sending * each:.0f} "
        f"({plan['calls']:.0f} requests, most of them one list per job and dataset), "
        f"decoding, comparing and sealing {rest * each:.0f}.",
    ]
    return lines


def main() -> None:
    """Measure, print, write."""
    sizes = [1000] if "--quick" in sys.argv else [1000, 10_000]
    results: dict[str, object] = {"machine": machine(), "date": time.strftime("%Y-%m-%d")}
    bare, ours = startup()
    results["startup"] = {"bare": bare, "version": ours}
    rows = [
        Row("`qfops --version` above a bare interpreter", "60 ms", f"{ours - bare:.0f} ms", ours - bare <= 60)
    ]
    for size in sizes:
        rows += project_rows(size, results)
    rows += [request_row(results), *apply_rows(results)]
    table = "\n".join(
        ["| what | budget | measured | met |", "|---|---|---|---|", *(row.line() for row in rows)]
    )
    print(table)
    (HERE / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    page = HERE / "README.md"
    head, _, _ = page.read_text(encoding="utf-8").partition(MARK)
    about = f"Measured on {machine()}, {results['date']}."
    told = "\n".join([f"{MARK}\n", about, "", table, *missed(rows, results)])
    page.write_text(f"{head}{told}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
