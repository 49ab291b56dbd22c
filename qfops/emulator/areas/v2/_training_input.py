"""What a training run reads: datasets, corpus, a base task (console API, CreateFineTuningTask).

Checks and counts; it creates nothing.
"""

from collections.abc import Mapping

from qfops.emulator.areas.v2._training import TASK, run_status, steps_shown
from qfops.emulator.areas.v2.imports import BROKEN_FILE, rows_in
from qfops.emulator.areas.v2.versions import VERSION, publish_status, settled_rows
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.fields import JsonObject, boolean, integer, listing, need, number, record, text
from qfops.emulator.world.world import World

FEWEST_ROWS = 32
MODE_FORMATS: Mapping[str, tuple[str, ...]] = {
    "SFT": (
        "PromptResponse",
        "Role",
        "SFT_FIM",
        "PromptSortedresponses",
        "PromptImage",
        "PromptImageResponse",
    ),
    "PostPretrain": ("Text",),
    "DPO": ("DPO_PromptChosenRejected",),
    "KTO": ("KTO_PromptChosenRejected",),
}


def check_increment(world: World, body: JsonObject, model: str) -> None:
    """Refuse a base task that cannot be trained on."""
    base_id = body.get("incrementTaskId")
    if base_id is None:
        return
    base = world.referenced(TASK, base_id, "incrementTaskId")
    if base.echo["model"] != model:
        raise ApiError("BaseModelMismatch", f"task {base_id} trained {base.echo['model']}")
    if run_status(world, base) != "Done":
        raise ApiError("ReferenceNotReady", f"task {base_id} is not Done")
    step = body.get("incrementCheckpointStep")
    known = [point["step"] for point in base.life["checkpoints"]] if steps_shown(base) else []
    if step is not None and step not in known:
        raise invalid("incrementCheckpointStep")


def training_data(world: World, config: JsonObject, mode: str) -> tuple[int, bool]:
    """Return how many rows a run reads, and whether they are broken."""
    rows, fails = 0.0, False
    for position, source in enumerate(config["versions"]):
        at = f"datasetConfig.versions[{position}]"
        if config["sourceType"] == "Platform":
            version_id = source.get("versionId") or ""
            version = world.referenced(VERSION, version_id, f"{at}.versionId")
            if publish_status(world, version) != "Published":
                raise ApiError("ReferenceNotReady", f"version {version_id} is not published")
            if version.echo["dataFormat"] not in MODE_FORMATS[mode]:
                raise invalid(f"{at}.versionId")
            rows += settled_rows(world, version)[0] * (source.get("samplingRate") or 1)
        else:
            uri = source.get("versionBosUri") or ""
            if not uri.startswith(("bos:/", "afs:/")):
                raise invalid(f"{at}.versionBosUri")
            rows += rows_in(uri)
            fails = fails or BROKEN_FILE in uri
    return int(rows), fails


DATASET_CONFIG = record(
    sourceType=need(text(choices=("Platform", "Bos", "Afs"))),
    versions=need(listing(record(versionId=text(), versionBosUri=text(), samplingRate=number(0.01, 10)), 1)),
    splitRatio=need(number(0, 100)),
)
CORPUS_CONFIG = record(
    copyData=boolean(),
    config=listing(record(corpusType=need(integer(1, 3)), proportion=text(), labels=listing(text(), high=5))),
)
