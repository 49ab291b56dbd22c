"""Dataset versions: what holds rows and can be published (console API, route /v2/dataset).

A version inherits nothing from earlier ones. Rows come in by `imports.py`.
"""

from collections.abc import Mapping

from qfops.emulator.areas.v2 import _training
from qfops.emulator.vocabulary.errors import ApiError
from qfops.emulator.vocabulary.facts import PAGE_INFO, Shape
from qfops.emulator.vocabulary.fields import JsonObject, listing, need, record, text
from qfops.emulator.vocabulary.times import spaced
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.paging import PAGE_FIELDS, Listing, page
from qfops.emulator.world.world import Item, World

ROUTE = "/v2/dataset"
DATASET = "Dataset"
VERSION = "DatasetVersion"
IMPORT = "ImportTask"
VERSION_FORM = ("ds-", 16)

IMPORT_STATUSES = ("Created", "Importing", "ImportFinished", "ImportFailed")
PUBLISH_STATUSES = ("Unpublished", "Publishing", "Published", "PublishFailed")

CREATED: Mapping[str, Shape] = {
    "datasetId": "str",
    "versionId": "str",
    "versionNumber": "int",
    "datasetName": "str",
    "dataFormat": "str",
    "description": "str",
    "storageType": "str",
    "storagePath": "str",
    "creator": "str",
    "createTime": "str",
}
_VERSION: Shape = {
    **CREATED,
    "importStatus": "str",
    "publishStatus": "str",
    "sampleCount": "int",
    "sizeMB": "number",
}


def create_version(world: World, body: JsonObject) -> JsonObject:
    """Add an empty version; it inherits nothing (console API, CreateDatasetVersion)."""
    dataset = world.own(DATASET, body["datasetId"])
    return view_version(world, add_version(world, dataset, body.get("description") or ""))


def add_version(world: World, dataset: Item, description: str) -> Item:
    """Create the next version of a dataset."""
    dataset.life["versions"] += 1
    world.save(dataset)
    echo = {**dataset.echo, "versionNumber": dataset.life["versions"], "description": description}
    life = {"samples": 0, "sizeMB": 0.0, "import": None, "published": None}
    return world.add(VERSION, VERSION_FORM, echo, parent=dataset.id, life=life)


def import_status(world: World, version: Item) -> str:
    """Return how far the newest import of a version is."""
    current = version.life["import"]
    if "importStatus" in version.forced:
        return str(version.forced["importStatus"])
    if current is None:
        return "Created"
    if world.now < current["end"]:
        return "Importing"
    return "ImportFailed" if current["fails"] else "ImportFinished"


def publish_status(world: World, version: Item) -> str:
    """Return whether a version is published by now."""
    end = version.life["published"]
    if "publishStatus" in version.forced:
        return str(version.forced["publishStatus"])
    if end is None:
        return "Unpublished"
    return "Publishing" if world.now < end else "Published"


def settled_rows(world: World, version: Item) -> tuple[int, float]:
    """Return the rows and megabytes a version holds by now."""
    current = version.life["import"]
    if current is None or world.now < current["end"] or current["fails"]:
        return version.life["samples"], version.life["sizeMB"]
    return version.life["samples"] + current["samples"], round(version.life["sizeMB"] + current["sizeMB"], 2)


def view_version(world: World, version: Item) -> JsonObject:
    """Return a version as DescribeDatasetVersion shows it."""
    samples, size = settled_rows(world, version)
    return {
        "datasetId": version.parent,
        "versionId": version.id,
        **version.echo,
        "importStatus": import_status(world, version),
        "publishStatus": publish_status(world, version),
        "sampleCount": samples,
        "sizeMB": size,
        "creator": version.account,
        "createTime": spaced(version.created),
    }


def describe_versions(world: World, body: JsonObject) -> JsonObject:
    """List the versions of one dataset (console API, DescribeDatasetVersions)."""
    dataset = world.get(DATASET, body["datasetId"])
    wanted = body.get("filter") or {}
    imports = wanted.get("importStatusList") or IMPORT_STATUSES
    publishes = wanted.get("publishStatusList") or PUBLISH_STATUSES
    found, info = page(
        world,
        Listing(VERSION),
        body,
        parent=dataset.id,
        keep=lambda item: import_status(world, item) in imports and publish_status(world, item) in publishes,
    )
    return {"versionList": [view_version(world, item) for item in found], "pageInfo": info}


def describe_version(world: World, body: JsonObject) -> JsonObject:
    """Show one version (console API, DescribeDatasetVersion)."""
    return view_version(world, world.get(VERSION, body["versionId"]))


def publish_version(world: World, body: JsonObject) -> bool:
    """Publish a version that holds rows; twice is once (console API, PublishDatasetVersion)."""
    version = world.own(VERSION, body["versionId"])
    if publish_status(world, version) in ("Publishing", "Published"):
        return True
    if import_status(world, version) == "Importing":
        raise ApiError("StateConflict", f"version {version.id} is importing")
    if settled_rows(world, version)[0] == 0:
        raise ApiError("StateConflict", f"version {version.id} is empty")
    version.life["published"] = world.now + world.duration("publish")
    version.forced.pop("publishStatus", None)
    world.save(version)
    return True


def delete_version(world: World, body: JsonObject) -> bool:
    """Delete one version, and the dataset with its last one (console API, DeleteDatasetVersion)."""
    version = world.own(VERSION, body["versionId"])
    require_free(world, version)
    remove_version(world, version)
    if not world.child_ids(VERSION, version.parent):
        world.remove(world.own(DATASET, version.parent))
    return True


def require_free(world: World, version: Item) -> None:
    """Refuse when a version is busy or being read."""
    if import_status(world, version) == "Importing" or publish_status(world, version) == "Publishing":
        raise ApiError("StateConflict", f"version {version.id} is importing or publishing")
    if _training.uses(world, version.id):
        raise ApiError("ResourceInUse", f"version {version.id} is used by a running training task")


def remove_version(world: World, version: Item) -> None:
    """Forget a version and its import tasks."""
    for task in world.children(IMPORT, version.id):
        world.remove(task)
    world.remove(version)


_VERSION_FILTER = record(
    importStatusList=listing(text(choices=IMPORT_STATUSES)),
    publishStatusList=listing(text(choices=PUBLISH_STATUSES)),
)
_DATASET_ID = {"datasetId": need(text())}
_VERSION_ID = {"versionId": need(text())}

ACTIONS = (
    Action(
        ROUTE, "CreateDatasetVersion", {**_DATASET_ID, "description": text()}, dict(CREATED), create_version
    ),
    Action(
        ROUTE,
        "DescribeDatasetVersions",
        {**_DATASET_ID, **PAGE_FIELDS, "filter": _VERSION_FILTER},
        {"versionList": [_VERSION], "pageInfo": PAGE_INFO},
        describe_versions,
    ),
    Action(ROUTE, "DescribeDatasetVersion", _VERSION_ID, _VERSION, describe_version),
    Action(ROUTE, "DeleteDatasetVersion", _VERSION_ID, "bool", delete_version),
    Action(ROUTE, "PublishDatasetVersion", _VERSION_ID, "bool", publish_version),
)
KINDS = (
    Kind(
        VERSION,
        VERSION_FORM,
        view_version,
        statuses={"importStatus": IMPORT_STATUSES, "publishStatus": PUBLISH_STATUSES},
    ),
)
