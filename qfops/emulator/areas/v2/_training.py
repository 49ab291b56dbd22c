"""The life of a training task: its statuses, progress, metrics and checkpoints, computed from the clock.

Creating and deleting tasks is the business of `finetuning.py`; datasets and models only ask here.
"""

import math
from zlib import crc32

from qfops.emulator.vocabulary.fields import JsonObject
from qfops.emulator.vocabulary.times import NEVER, utc
from qfops.emulator.world.world import Item, World

TASK = "FineTuningTask"
RUN_STATUSES = ("Waiting", "Running", "Done", "Failed", "Stopped")
ALIVE = ("Waiting", "Running")
DISTANCES = ("EDIT-DISTANCE", "EMBEDDING-DISTANCE")  # metrics that are no percentages
MEASURED = ("SFT", "DPO")  # train modes whose finished runs were seen with metrics


def run_status(world: World, task: Item) -> str:
    """Return where a task is in its life."""
    life = task.life
    if "runStatus" in task.forced:
        return str(task.forced["runStatus"])
    if life["stopped"] is not None:
        return "Stopped"
    if world.now < task.created + life["queue"]:
        return "Waiting"
    if world.now < task.created + life["queue"] + life["training"]:
        return "Running"
    return "Failed" if life["fails"] else "Done"


def uses(world: World, version_id: str) -> bool:
    """Say whether a waiting or running task reads a dataset version."""
    return any(run_status(world, task) in ALIVE for task in world.mentioning(TASK, version_id))


def checkpoints(samples: int, parameters: JsonObject) -> list[JsonObject]:
    """Return the checkpoints a run will leave: some of its save steps, and its last step."""
    batch = int(parameters.get("globalBatchSize") or parameters.get("batchSize") or 16)
    last = max(1, samples * int(parameters.get("epoch") or 1) // batch)
    every = int(parameters.get("saveStep") or 64)
    kept = max(int(parameters.get("checkpointCount") or 1), 2) - 1
    steps = [*list(range(every, last, every))[-kept:], last]
    return [
        {"step": step, "perplexity": round(1 + 2 / step, 4), "trainingLoss": round(1 / math.sqrt(step), 4)}
        for step in steps
    ]


def metrics(task_id: str) -> JsonObject:
    """Return plausible scores of a run, the same ones whenever asked."""
    seed = crc32(task_id.encode())
    names = ("BLEU-4", "ROUGE-1", "ROUGE-2", "ROUGE-L")
    scores = {name: f"{15 + (seed >> shift) % 4000 / 100:.2f}%" for shift, name in enumerate(names)}
    distances = {name: f"{(seed >> shift) % 10000 / 10000:.4f}" for shift, name in enumerate(DISTANCES, 4)}
    return {**scores, **distances}


def steps_shown(task: Item) -> bool:
    """Say whether a run lists its steps: recorded answers do so only where the run was told `saveStep`."""
    return task.echo.get("hyperParameterConfig", {}).get("saveStep") is not None


def outcome(world: World, task: Item) -> JsonObject:
    """Return the fields of a task that change as time passes."""
    status = run_status(world, task)
    life = task.life
    shown: JsonObject = {"runStatus": status, "finishDate": NEVER}
    if status == "Running":
        passed = world.now - task.created - life["queue"]
        percent = 100 * passed / life["training"] if life["training"] else 0
        shown["runProgress"] = f"{max(0, min(99, int(percent)))}%"
    if status == "Done":
        if steps_shown(task):
            shown["checkpointList"] = life["checkpoints"]
        if task.echo["trainMode"] in MEASURED:
            shown["metrics"] = metrics(task.id)
    if status not in ALIVE:
        end = task.created + life["queue"] + life["training"]
        stopped = life["stopped"]
        shown["finishDate"] = utc(min(world.now, end) if stopped is None else stopped)
    return shown
