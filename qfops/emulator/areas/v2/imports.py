"""Import tasks: rows for a dataset version (console API, route /v2/dataset).

No file is ever read. How many rows a file holds follows from its name alone, so that a test knows it.
"""

from zlib import crc32

from qfops.emulator.areas.v2.versions import (
    IMPORT,
    ROUTE,
    VERSION,
    import_status,
    publish_status,
    settled_rows,
)
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.facts import Shape
from qfops.emulator.vocabulary.fields import JsonObject, listing, need, text
from qfops.emulator.vocabulary.times import spaced
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.world import Item, World

IMPORT_FORM = ("task-", 16)
BROKEN_FILE = "broken"  # a file name that contains this makes an import (or a training on it) fail
TINY_FILE = "tiny"  # a file name that contains this holds TINY_ROWS rows, too few to train on
TINY_ROWS = 8

_TASK: Shape = {
    "versionId": "str",
    "importStatus": "str",
    "progress": "str",
    "sizeMB": "number",
    "sampleCount": "int",
    "creator": "str",
    "startTime": "str",
    "finishTime": "str",
    "errDownloadUrl": "str",
}


def rows_in(file: str) -> int:
    """Return how many rows the emulator finds in a file of that name: 100 to 999."""
    return TINY_ROWS if TINY_FILE in file else 100 + crc32(file.encode()) % 900


def create_import(world: World, body: JsonObject) -> str:
    """Start adding the rows of some files to a version (console API, CreateImportTask)."""
    version = world.own(VERSION, body["versionId"])
    files: list[str] = body["files"]
    if any(file.endswith("/") for file in files) and len(files) > 1:
        raise invalid("files")
    if publish_status(world, version) != "Unpublished":
        raise ApiError("StateConflict", f"version {version.id} is published")
    if import_status(world, version) == "Importing":
        raise ApiError("StateConflict", f"version {version.id} is importing")
    samples = sum(rows_in(file) for file in files)
    current = {
        "start": world.now,
        "end": world.now + world.duration("import"),
        "fails": any(BROKEN_FILE in file for file in files),
        "samples": samples,
        "sizeMB": round(samples / 5000, 2),
    }
    version.life["samples"], version.life["sizeMB"] = settled_rows(world, version)
    version.life["import"] = current
    version.forced.pop("importStatus", None)
    world.save(version)
    return world.add(IMPORT, IMPORT_FORM, {"files": files}, parent=version.id, life=current).id


def describe_import(world: World, body: JsonObject) -> JsonObject:
    """Show how far an import is (console API, DescribeImportTask)."""
    return view_import(world, world.get(IMPORT, body["taskId"]))


def view_import(world: World, task: Item) -> JsonObject:
    """Return an import task as DescribeImportTask shows it."""
    life = task.life
    running = world.now < life["end"]
    status = "Importing" if running else "ImportFailed" if life["fails"] else "ImportFinished"
    status = task.forced.get("importStatus", status)
    done = status == "ImportFinished"
    percent = int(100 * (world.now - life["start"]) / (life["end"] - life["start"])) if running else 0
    progress = {"Importing": f"{min(percent, 99)} %", "ImportFinished": "100%", "ImportFailed": "0"}
    failed_at = f"https://bj.bcebos.com/emulated/{task.id}/errors.txt"
    return {
        "taskId": task.id,
        "versionId": task.parent,
        "files": task.echo["files"],
        "importStatus": status,
        "progress": progress[status],
        "sizeMB": life["sizeMB"] if done else 0.0,
        "sampleCount": life["samples"] if done else 0,
        "creator": task.account,
        "startTime": spaced(life["start"]),
        "finishTime": "" if status == "Importing" else spaced(life["end"]),
        "errDownloadUrl": failed_at if status == "ImportFailed" else "",
    }


ACTIONS = (
    Action(
        ROUTE,
        "CreateImportTask",
        {"versionId": need(text()), "files": need(listing(text(pattern=r"bos:/[^/]+/.*"), 1))},
        "str",
        create_import,
    ),
    Action(ROUTE, "DescribeImportTask", {"taskId": need(text())}, _TASK, describe_import),
)
KINDS = (
    Kind(
        IMPORT,
        IMPORT_FORM,
        view_import,
        statuses={"importStatus": ("Importing", "ImportFinished", "ImportFailed")},
    ),
)
