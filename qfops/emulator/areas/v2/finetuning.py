"""Fine-tuning jobs and their tasks (console API, route /v2/finetuning).

A job is the container, a task is one run. Nothing of a task can change but its state. How a task ages is
told in `training.py`.
"""

from collections.abc import Mapping

from qfops.emulator.areas.v2 import _support_models
from qfops.emulator.areas.v2._training import ALIVE, RUN_STATUSES, TASK, checkpoints, outcome, run_status
from qfops.emulator.areas.v2._training_input import (
    CORPUS_CONFIG,
    DATASET_CONFIG,
    FEWEST_ROWS,
    check_increment,
    training_data,
)
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.facts import PAGE_INFO, Shape
from qfops.emulator.vocabulary.fields import (
    JsonObject,
    boolean,
    free,
    integer,
    need,
    record,
    text,
)
from qfops.emulator.vocabulary.times import utc
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.paging import PAGE_FIELDS, Listing, page
from qfops.emulator.world.world import Item, World

ROUTE = "/v2/finetuning"
JOB = "FineTuningJob"
JOB_FORM = ("job-", 12)
TASK_FORM = ("task-", 12)
FAILING_JOB = "mock_failed_task"  # every task of a job whose name contains this fails
FAILING_SEED = 666  # a task whose hyper-parameter `reference` is this fails

_JOB: Shape = {
    "jobId": "str",
    "name": "str",
    "description": "str",
    "model": "str",
    "trainMode": "str",
    "createDate": "str",
}
_LISTED_TASK: Mapping[str, Shape] = {
    "taskId": "str",
    "jobId": "str",
    "jobName": "str",
    "jobDescription": "str",
    "model": "str",
    "trainMode": "str",
    "parameterScale": "str",
    "runStatus": "str",
    "metrics?": "object",
    "checkpointList?": [{"step": "int", "perplexity": "number", "trainingLoss": "number"}],
    "createDate": "str",
    "finishDate": "str",
}
_TASK: Shape = {**_LISTED_TASK, "runProgress?": "str", "vdlLink": "str"}


def create_job(world: World, body: JsonObject) -> JsonObject:
    """Create a job; nothing runs yet (console API, CreateFineTuningJob)."""
    model = _support_models.MODELS.get(body["model"])
    if model is None:
        raise invalid("model")
    if body["trainMode"] not in model.modes:
        raise invalid("trainMode")
    scale = body.get("parameterScale")
    if scale is not None and scale not in model.modes[body["trainMode"]]:
        raise invalid("parameterScale")
    if world.named(JOB, body["name"]):
        raise ApiError("NameConflict", f"job {body['name']}")
    echo = {key: body[key] for key in ("name", "model", "trainMode")}
    echo["description"] = body.get("description") or ""
    return {"jobId": world.add(JOB, JOB_FORM, echo, name=body["name"], life={"scale": scale}).id}


def create_task(world: World, body: JsonObject) -> JsonObject:
    """Start a training run (console API, CreateFineTuningTask)."""
    job = world.own(JOB, body["jobId"])
    model, mode = job.echo["model"], job.echo["trainMode"]
    scales = _support_models.MODELS[model].modes[mode]
    scale = body.get("parameterScale") or job.life["scale"] or next(iter(scales))
    if scale not in scales:
        raise invalid("parameterScale")
    parameters = _support_models.check_parameters(model, mode, scale, body["hyperParameterConfig"])
    check_increment(world, body, model)
    rows, fails = training_data(world, body["datasetConfig"], mode)
    if rows < FEWEST_ROWS:
        raise ApiError("DatasetTooSmall")
    echo = {key: body[key] for key in _KEPT if body.get(key) is not None}
    echo |= {"jobName": job.name, "jobDescription": job.echo["description"], "model": model}
    echo |= {"trainMode": mode, "parameterScale": scale}
    life = {
        "queue": world.duration("queue"),
        "training": world.duration("training"),
        "fails": fails or FAILING_JOB in job.name or parameters.get("reference") == FAILING_SEED,
        "stopped": None,
        "checkpoints": checkpoints(rows, parameters),
    }
    return {"jobId": job.id, "taskId": world.add(TASK, TASK_FORM, echo, parent=job.id, life=life).id}


def view_job(_world: World, job: Item) -> JsonObject:
    """Return a job as the list shows it."""
    return {"jobId": job.id, **job.echo, "createDate": utc(job.created)}


def view_task(world: World, task: Item) -> JsonObject:
    """Return a task; the fact tables of the actions leave out what the console does not echo."""
    link = f"https://console.bce.baidu.com/qianfan/visualdl/index?displayToken={task.id[-12:]}"
    shown = {"taskId": task.id, "jobId": task.parent, **task.echo, "vdlLink": link}
    return {**shown, "createDate": utc(task.created), **outcome(world, task)}


def describe_jobs(world: World, body: JsonObject) -> JsonObject:
    """List jobs, newest first (console API, DescribeFineTuningJobs)."""
    mode, model = body.get("trainModel"), body.get("model")  # the key really is `trainModel`
    found, info = page(
        world,
        Listing(JOB, newest_first=True),
        body,
        keep=lambda item: mode in (None, item.echo["trainMode"]) and model in (None, item.echo["model"]),
    )
    return {"jobList": [view_job(world, item) for item in found], "pageInfo": info}


def describe_tasks(world: World, body: JsonObject) -> JsonObject:
    """List the tasks of a job, newest first (console API, DescribeFineTuningTasks)."""
    job = world.get(JOB, body["jobId"])
    found, info = page(world, Listing(TASK, newest_first=True), body, parent=job.id)
    return {"taskList": [view_task(world, item) for item in found], "pageInfo": info}


def describe_task(world: World, body: JsonObject) -> JsonObject:
    """Show one task (console API, DescribeFineTuningTask)."""
    return view_task(world, world.get(TASK, body["taskId"]))


def stop_task(world: World, body: JsonObject) -> bool:
    """Stop a task; false when there is nothing to stop (console API, StopFineTuningTask)."""
    task = world.find(TASK, body["taskId"])
    if task is None or run_status(world, task) not in ALIVE:
        return False
    task.life["stopped"] = world.now
    task.forced.clear()
    world.save(task)
    return True


def delete_task(world: World, body: JsonObject) -> bool:
    """Delete a task that has ended (console API, DeleteFineTuningTask)."""
    task = world.own(TASK, body["taskId"])
    _require_ended(world, task)
    world.remove(task)
    return True


def delete_job(world: World, body: JsonObject) -> bool:
    """Delete a job with its ended tasks (console API, DeleteFineTuningJob)."""
    job = world.own(JOB, body["jobId"])
    tasks = world.children(TASK, job.id)
    for task in tasks:
        _require_ended(world, task)
    for task in tasks:
        world.remove(task)
    world.remove(job)
    return True


def _require_ended(world: World, task: Item) -> None:
    if run_status(world, task) in ALIVE:
        raise ApiError("StateConflict", f"task {task.id} has not ended")


def support_list(_world: World, _body: JsonObject) -> list[JsonObject]:
    """Show what can be trained (console API, DescribeFineTuningSupportModels)."""
    return _support_models.listed()


_KEPT = (
    "hyperParameterConfig",
    "datasetConfig",
    "corpusConfig",
    "resourceConfig",
    "incrementTaskId",
    "incrementCheckpointStep",
)
_JOB_ID = {"jobId": need(text())}
_TASK_ID = {"taskId": need(text())}

ACTIONS = (
    Action(
        ROUTE,
        "CreateFineTuningJob",
        {
            "name": need(text(2, 20)),
            "description": text(0, 500),
            "model": need(text()),
            "trainMode": need(text()),
            "parameterScale": text(),
            "hyperParameterConfig": free(),
        },
        {"jobId": "str"},
        create_job,
    ),
    Action(
        ROUTE,
        "CreateFineTuningTask",
        {
            **_JOB_ID,
            "parameterScale": text(),
            "hyperParameterConfig": need(free()),
            "datasetConfig": need(DATASET_CONFIG),
            "incrementTaskId": text(),
            "incrementCheckpointStep": integer(1),
            "corpusConfig": CORPUS_CONFIG,
            "modelConfig": free(),
            "resourceConfig": record(resourceId=text(), nodeNum=integer(1), idleResource=boolean()),
        },
        {"jobId": "str", "taskId": "str"},
        create_task,
    ),
    Action(
        ROUTE,
        "DescribeFineTuningJobs",
        {**PAGE_FIELDS, "trainModel": text(), "model": text()},
        {"jobList": [_JOB], "pageInfo": PAGE_INFO},
        describe_jobs,
    ),
    Action(
        ROUTE,
        "DescribeFineTuningTasks",
        {**_JOB_ID, **PAGE_FIELDS},
        {"taskList": [dict(_LISTED_TASK)], "pageInfo": PAGE_INFO},
        describe_tasks,
    ),
    Action(ROUTE, "DescribeFineTuningTask", _TASK_ID, _TASK, describe_task),
    Action(ROUTE, "StopFineTuningTask", _TASK_ID, "bool", stop_task),
    Action(ROUTE, "DeleteFineTuningTask", _TASK_ID, "bool", delete_task),
    Action(ROUTE, "DeleteFineTuningJob", _JOB_ID, "bool", delete_job),
    Action(ROUTE, "DescribeFineTuningSupportModels", {}, _support_models.SHAPE, support_list),
)
KINDS = (
    Kind(JOB, JOB_FORM, view_job, name_key="name"),
    Kind(TASK, TASK_FORM, view_task, statuses={"runStatus": RUN_STATUSES}),
)
