"""Models: one set of weights each, in a model set (console API, route /v2/model).

Published from a training task, or imported. Nothing of a model can change afterwards.
"""

from collections.abc import Mapping

from qfops.emulator.areas.v2 import _running_models
from qfops.emulator.areas.v2._support_models import MODELS
from qfops.emulator.areas.v2._training import TASK, run_status
from qfops.emulator.areas.v2.imports import BROKEN_FILE
from qfops.emulator.areas.v2.model_sets import MODEL, ROUTE, SET
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.facts import Shape
from qfops.emulator.vocabulary.fields import JsonObject, boolean, free, integer, need, record, text
from qfops.emulator.vocabulary.times import beijing
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.world import SHARED, Item, World

MODEL_FORM = ("amv-", 12)
MODEL_STATUSES = ("Creating", "Ready", "Fail")
IMPORTED = "Import"  # the family of a set that holds imported models; it takes no others

_MODEL: Mapping[str, Shape] = {
    "modelSetId": "str",
    "modelId": "str",
    "status": "str",
    "modelName": "str",
    "model": "str",
    "sourceInfo": {"sourceType": "str", "taskId?": "str", "bucket?": "str", "objectPath?": "str"},
    "description?": "str",
    "createTime": "str",
    "modifyTime": "str",
    "modelApplicationType": "str",
    "isSupportModelComp": "bool",
}
_SYSTEM_MODEL: Shape = {**_MODEL, "isSupportDeploy": "bool", "isSupportEvaluation": "bool"}


def create_model(world: World, body: JsonObject) -> JsonObject:
    """Publish a model into a set (console API, CreateCustomModel)."""
    model_set = world.own(SET, body["modelSetId"])
    if body["sourceType"] == "Train":
        echo, family, fails = _from_training(world, model_set, body.get("trainMeta"))
    else:
        echo, family, fails = _from_import(body.get("importMeta"))
    if model_set.life["family"] not in ("", family):
        raise ApiError("BaseModelMismatch", f"set {model_set.id} holds {model_set.life['family']}")
    model_set.life |= {"family": family, "models": model_set.life["models"] + 1, "modified": world.now}
    world.save(model_set)
    number = str(model_set.life["models"])
    echo |= {"modelName": number, "description": body.get("description") or ""}
    life = {"ready": world.now + world.duration("model"), "fails": fails}
    return {"modelId": world.add(MODEL, MODEL_FORM, echo, name=number, parent=model_set.id, life=life).id}


def _from_training(world: World, model_set: Item, meta: JsonObject | None) -> tuple[JsonObject, str, bool]:
    if meta is None:
        raise invalid("trainMeta")
    steps = {meta[key] for key in ("step", "checkpointStep") if meta.get(key) is not None}
    if len(steps) > 1:
        raise invalid("trainMeta.checkpointStep")
    task = world.referenced(TASK, meta["taskId"], "trainMeta.taskId")
    if run_status(world, task) != "Done":
        raise ApiError("ReferenceNotReady", f"task {task.id} is not Done")
    step = steps.pop() if steps else None
    if step is not None and step not in [point["step"] for point in task.life["checkpoints"]]:
        raise invalid("trainMeta.step")
    last = task.life["checkpoints"][-1]["step"]
    source = {"sourceType": "Train", "taskId": task.id, "step": step or last}
    if any(model.echo["sourceInfo"] == source for model in world.children(MODEL, model_set.id)):
        raise ApiError("AlreadyPublished", f"task {task.id}, step {step or last}")
    base = task.echo["model"]
    echo = {"model": base, "sourceInfo": source, "modelApplicationType": "chat"}
    return echo, MODELS[base].family, False


def _from_import(meta: JsonObject | None) -> tuple[JsonObject, str, bool]:
    if meta is None:
        raise invalid("importMeta")
    source = {"sourceType": "Import", "bucket": meta["bucket"], "objectPath": meta["objectPath"]}
    kind = meta.get("modelApplicationType") or "chat"
    echo = {"model": "HuggingFace", "sourceInfo": source, "modelApplicationType": kind}
    return echo, IMPORTED, BROKEN_FILE in meta["objectPath"]


def model_status(world: World, model: Item) -> str:
    """Return whether a model can be used by now."""
    if "status" in model.forced:
        return str(model.forced["status"])
    if world.now < model.life["ready"]:
        return "Creating"
    return "Fail" if model.life["fails"] else "Ready"


def view_model(world: World, model: Item) -> JsonObject:
    """Return a model as DescribeModel shows it; the description only when there is one."""
    status = model_status(world, model)
    shown = {
        "modelSetId": model.parent,
        "modelId": model.id,
        "status": status,
        **model.echo,
        "createTime": beijing(model.created),
        "modifyTime": beijing(min(world.now, model.life["ready"])),
        "isSupportModelComp": model.account != SHARED,
        "isSupportDeploy": True,
        "isSupportEvaluation": True,
    }
    if not shown["description"]:
        del shown["description"]
    return shown


def describe_model(world: World, body: JsonObject) -> JsonObject:
    """Show one model (console API, DescribeModel)."""
    return view_model(world, world.get(MODEL, body["modelId"]))


def describe_system_model(world: World, body: JsonObject) -> JsonObject:
    """Show one model of the platform (console API, DescribeSystemModel)."""
    model = world.get(MODEL, body["modelId"])
    if model.account != SHARED:
        raise ApiError("NoSuchObject", f"{model.id} is no system model")
    return view_model(world, model)


def delete_model(world: World, body: JsonObject) -> JsonObject:
    """Delete a model no running service needs (console API, DeleteModel)."""
    model = world.own(MODEL, body["modelId"])
    _running_models.require_free(world, model)
    world.remove(model)
    model_set = world.own(SET, model.parent)
    model_set.life["modified"] = world.now
    if not world.child_ids(MODEL, model_set.id):
        model_set.life["family"] = ""
    world.save(model_set)
    return {}


_IMPORT_META = record(
    bucket=need(text(1)),
    objectPath=need(text(1)),
    modelFormat=need(text(choices=("HuggingFace.Transformers", "Safetensors"))),
    modelApplicationType=text(choices=("chat", "completion", "Text-to-Image")),
    chatConf=free(),
    customSpec=free(),
    autoConcatPrompt=boolean(),
)
_MODEL_ID = {"modelId": need(text())}

ACTIONS = (
    Action(
        ROUTE,
        "CreateCustomModel",
        {
            "modelSetId": need(text()),
            "sourceType": need(text(choices=("Train", "Import"))),
            "description": text(0, 300),
            "trainMeta": record(taskId=need(text()), step=integer(1), checkpointStep=integer(1)),
            "importMeta": _IMPORT_META,
        },
        {"modelId": "str"},
        create_model,
    ),
    Action(ROUTE, "DescribeModel", _MODEL_ID, dict(_MODEL), describe_model),
    Action(ROUTE, "DescribeSystemModel", _MODEL_ID, _SYSTEM_MODEL, describe_system_model),
    Action(ROUTE, "DeleteModel", _MODEL_ID, {}, delete_model),
)
KINDS = (Kind(MODEL, MODEL_FORM, view_model, name_key="modelName", statuses={"status": MODEL_STATUSES}),)
