"""Datasets (console API, route /v2/dataset).

A dataset owns one or more versions, which are the business of `versions.py`; creating it creates version 1.
"""

from qfops.emulator.areas.v2.versions import (
    CREATED,
    DATASET,
    ROUTE,
    VERSION,
    add_version,
    remove_version,
    require_free,
    view_version,
)
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.facts import PAGE_INFO, Shape
from qfops.emulator.vocabulary.fields import JsonObject, listing, need, record, text
from qfops.emulator.vocabulary.times import spaced
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.paging import PAGE_FIELDS, Listing, page
from qfops.emulator.world.world import Item, World

DATASET_FORM = ("dg-", 16)

FORMATS = (
    "PromptResponse",
    "Role",
    "SFT_FIM",
    "Text",
    "DPO_PromptChosenRejected",
    "KTO_PromptChosenRejected",
    "PromptSortedresponses",
    "Prompt",
    "PromptImage",
    "PromptImageResponse",
)
_NAME = r"[\w-]{1,50}"  # any Unicode letters and digits
_DATASET: Shape = {
    "datasetId": "str",
    "datasetName": "str",
    "dataFormat": "str",
    "storageType": "str",
    "storagePath": "str",
    "creator": "str",
    "createTime": "str",
}


def create_dataset(world: World, body: JsonObject) -> JsonObject:
    """Create a dataset with its version 1 (console API, CreateDataset)."""
    path = body.get("storagePath") or ""
    if body["storageType"] == "BOS" and not (path.startswith("bos:/") and path.endswith("/")):
        raise invalid("storagePath")
    if body["storageType"] == "sysStorage" and path:
        raise invalid("storagePath")
    if world.knobs.strict_dataset_names and world.named(DATASET, body["datasetName"]):
        raise ApiError("NameConflict", f"dataset {body['datasetName']}")
    echo = {key: body[key] for key in ("datasetName", "dataFormat", "storageType")}
    dataset = world.add(
        DATASET, DATASET_FORM, {**echo, "storagePath": path}, name=body["datasetName"], life={"versions": 0}
    )
    return view_version(world, add_version(world, dataset, ""))


def view_dataset(_world: World, dataset: Item) -> JsonObject:
    """Return a dataset as lists show it."""
    created = {"creator": dataset.account, "createTime": spaced(dataset.created)}
    return {"datasetId": dataset.id, **dataset.echo, **created}


def describe_datasets(world: World, body: JsonObject) -> JsonObject:
    """List datasets (console API, DescribeDatasets)."""
    wanted = body.get("filter") or {}
    name, formats = wanted.get("datasetName") or "", wanted.get("dataFormatList") or FORMATS
    found, info = page(
        world,
        Listing(DATASET),
        body,
        keep=lambda item: name in item.name and item.echo["dataFormat"] in formats,
    )
    return {"datasetList": [view_dataset(world, item) for item in found], "pageInfo": info}


def delete_dataset(world: World, body: JsonObject) -> bool:
    """Delete a dataset with all its versions, or nothing (console API, DeleteDataset)."""
    dataset = world.own(DATASET, body["datasetId"])
    versions = world.children(VERSION, dataset.id)
    for version in versions:
        require_free(world, version)
    for version in versions:
        remove_version(world, version)
    world.remove(dataset)
    return True


_DATASET_ID = {"datasetId": need(text())}

ACTIONS = (
    Action(
        ROUTE,
        "CreateDataset",
        {
            "datasetName": need(text(pattern=_NAME)),
            "dataFormat": need(text(choices=FORMATS)),
            "storageType": need(text(choices=("BOS", "sysStorage"))),
            "storagePath": text(),
        },
        dict(CREATED),
        create_dataset,
    ),
    Action(
        ROUTE,
        "DescribeDatasets",
        {**PAGE_FIELDS, "filter": record(datasetName=text(), dataFormatList=listing(text()))},
        {"datasetList": [_DATASET], "pageInfo": PAGE_INFO},
        describe_datasets,
    ),
    Action(ROUTE, "DeleteDataset", _DATASET_ID, "bool", delete_dataset),
)
KINDS = (Kind(DATASET, DATASET_FORM, view_dataset, name_key="datasetName"),)
