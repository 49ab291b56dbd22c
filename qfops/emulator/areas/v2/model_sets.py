"""Model sets: named containers of models (console API, route /v2/model).

A set is created empty and cannot be changed; `models.py` puts models into it.
"""

from collections.abc import Mapping

from qfops.emulator.areas.v2 import _running_models
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.facts import PAGE_INFO, Shape
from qfops.emulator.vocabulary.fields import JsonObject, listing, need, text
from qfops.emulator.vocabulary.times import beijing
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.paging import PAGE_FIELDS, Listing, page
from qfops.emulator.world.world import SHARED, Item, World

ROUTE = "/v2/model"
SET = "ModelSet"
MODEL = "Model"
SET_FORM = ("am-", 12)
MODEL_TYPES = (  # the union of what the SDK and the pages list
    "Text2Text",
    "Text2Image",
    "TextRepresentation",
    "ImageUnderstanding",
    "Industry",
    "Embedding",
    "VideoGeneration",
    "VioceGeneration",
    "Reasoning",
    "Reranker",
)

_NAME = r"(?!_)\w{2,20}"
_SET: Mapping[str, Shape] = {
    "modelSetId": "str",
    "modelSetName": "str",
    "modelType": "str",
    "modelIds": ["str"],
    "modelNames": ["str"],
    "modifyTime": "str",
}
_CUSTOM_SET: Shape = {**_SET, "labels": ["str"], "createTime": "str", "modelCount": "int"}
_SYSTEM_SET: Shape = {**_SET, "description": "str", "modelCount": "int"}
_ONE_SET: Shape = {**_SET, "source": "str", "labels": ["str"], "createTime": "str", "description?": "str"}


def create_set(world: World, body: JsonObject) -> str:
    """Create an empty model set; the result is its bare id (console API, CreateCustomModelSet)."""
    name = body["modelSetName"]
    if world.named(SET, name):
        raise ApiError("NameConflict", f"model set {name}")
    echo = {"modelSetName": name, "modelType": body["modelType"], "labels": body.get("labels") or []}
    life = {"models": 0, "family": "", "modified": world.now}
    return world.add(SET, SET_FORM, echo, name=name, life=life).id


def view_set(world: World, model_set: Item) -> JsonObject:
    """Return a model set with the ids and names of its models."""
    models = world.child_ids(MODEL, model_set.id)
    return {
        "modelSetId": model_set.id,
        **model_set.echo,
        "source": "System" if model_set.account == SHARED else "UserCreate",
        "modelCount": len(models),
        "modelIds": [model_id for model_id, _ in models],
        "modelNames": [name for _, name in models],
        "createTime": beijing(model_set.created),
        "modifyTime": beijing(model_set.life["modified"]),
    }


def describe_custom_sets(world: World, body: JsonObject) -> JsonObject:
    """List the account's model sets (console API, DescribeCustomModelSets)."""
    found, info = page(world, Listing(SET), body)
    return {"customModelSetList": [view_set(world, item) for item in found], "pageInfo": info}


def describe_system_sets(world: World, body: JsonObject) -> JsonObject:
    """List the platform's model sets (console API, DescribeSystemModelSets)."""
    found, info = page(world, Listing(SET, own=False, shared=True), body)
    return {"systemModelSetList": [view_set(world, item) for item in found], "pageInfo": info}


def describe_set(world: World, body: JsonObject) -> JsonObject:
    """Show one model set, found by id or by name (console API, DescribeModelSet)."""
    set_id, name = body.get("modelSetId"), body.get("modelSetName")
    if (set_id is None) == (name is None):
        raise invalid("modelSetId")
    if set_id is not None:
        return view_set(world, world.get(SET, set_id))
    named = world.named(SET, str(name))
    if not named:
        raise ApiError("NoSuchObject", f"{SET} named {name}")
    return view_set(world, named[0])


def delete_set(world: World, body: JsonObject) -> JsonObject:
    """Delete a set with its models, or nothing (console API, DeleteModelSet)."""
    model_set = world.own(SET, body["modelSetId"])
    models = world.children(MODEL, model_set.id)
    for model in models:
        _running_models.require_free(world, model)
    for item in [*models, model_set]:
        world.remove(item)
    return {}


ACTIONS = (
    Action(
        ROUTE,
        "CreateCustomModelSet",
        {
            "modelSetName": need(text(pattern=_NAME)),
            "modelType": need(text(choices=MODEL_TYPES)),
            "labels": listing(text()),
        },
        "str",
        create_set,
    ),
    Action(
        ROUTE,
        "DescribeCustomModelSets",
        PAGE_FIELDS,
        {"customModelSetList": [_CUSTOM_SET], "pageInfo": PAGE_INFO},
        describe_custom_sets,
    ),
    Action(
        ROUTE,
        "DescribeSystemModelSets",
        PAGE_FIELDS,
        {"systemModelSetList": [_SYSTEM_SET], "pageInfo": PAGE_INFO},
        describe_system_sets,
    ),
    Action(ROUTE, "DescribeModelSet", {"modelSetId": text(), "modelSetName": text()}, _ONE_SET, describe_set),
    Action(ROUTE, "DeleteModelSet", {"modelSetId": need(text())}, {}, delete_set),
)
KINDS = (Kind(SET, SET_FORM, view_set, name_key="modelSetName"),)
