"""Fine-tuning tasks: one training run. It starts when it is created, costs money and cannot be edited.

Of its inputs the console echoes the scale only, so the others are compared with what was last applied.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from qfops.core.resource import Resource
from qfops.core.values import JSON, Value
from qfops.kinds.base import IdForm, Kind, Output, ProjectView, Readiness, Ref, Search, StatusField
from qfops.kinds.findings import Finding
from qfops.kinds.operations import Listing, Operation, Read, Repeat
from qfops.kinds.rules import immutable
from qfops.kinds.v2._training import MODE_FORMATS, base_model, job_of

_RUN = "a run cannot be edited: other inputs are another run"
_HIDDEN = "a run cannot be edited, and the console does not show it"


_DEFAULTS: Mapping[str, JSON] = {
    "hyperParameterConfig.lrSchedulerType": "linear",
    "hyperParameterConfig.numCycles": 0.5,
    "hyperParameterConfig.lrEnd": 1e-7,
    "hyperParameterConfig.power": 1,
    "hyperParameterConfig.pseudoSamplingProb": 0,
    "hyperParameterConfig.reference": 42,
    "hyperParameterConfig.checkpointCount": 1,
    "hyperParameterConfig.checkpointSaveStrategy": "step",
    "hyperParameterConfig.saveStep": 64,
    "hyperParameterConfig.validationStep": 16,
    "hyperParameterConfig.earlyStopping": "False",
    "hyperParameterConfig.earlyStoppingThreshold": 0.01,
    "hyperParameterConfig.earlyStoppingPatience": 3,
    "datasetConfig.versions[*].samplingRate": 1,
    "datasetConfig.splitRatio": 20,
    "corpusConfig.copyData": False,
}
"""What every model takes where the manifest is silent. Others (epoch, learningRate, …) differ by model."""


class Needs(NamedTuple):
    """Hyper-parameters that mean something only when another setting has one of some values."""

    keys: tuple[str, ...]
    setting: str
    values: tuple[str, ...]
    default: str


_LORA = ("loraRank", "loraAllLinear", "loraAlpha", "loraDropout", "loraTargetModules")
_EARLY = ("earlyStopMetric", "earlyStoppingThreshold", "earlyStoppingPatience")
_COHERENCE = (
    Needs(("saveStep", "earlyStopping"), "checkpointSaveStrategy", ("step",), "step"),
    Needs(_EARLY, "earlyStopping", ("True",), "False"),
)


def check_scale(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """LoRA's hyper-parameters stand only with LoRA; settings that need another one have it."""
    given = resource.attributes.get("hyperParameterConfig")
    if not isinstance(given, dict):
        return
    scale = resource.attributes.get("parameterScale")
    if isinstance(scale, str) and not scale.startswith("LoRA"):
        needs = Needs(_LORA, "parameterScale", ("LoRA", "LoRA-GA"), "")
        yield from _incoherent(given, needs, scale)
    for needs in _COHERENCE:
        yield from _incoherent(given, needs, given.get(needs.setting, needs.default))


def _incoherent(given: Mapping[str, Value], needs: Needs, value: Value) -> Iterator[Finding]:
    if not isinstance(value, str) or value in needs.values:
        return
    wanted = " or ".join(needs.values)
    for key in needs.keys:
        if key in given and not (key == "earlyStopping" and given[key] == "False"):
            yield Finding(
                f"hyperParameterConfig.{key}",
                f"{key} stands only with {needs.setting} {wanted}, not with {value}",
                f"Remove {key}, or set {needs.setting}: {wanted}.",
            )


def check_data(resource: Resource, project: ProjectView) -> Iterator[Finding]:
    """Every dataset version of the project that a run reads is published and fits the train mode."""
    mode = _mode(job_of(resource, project))
    for path, source in _sources(resource):
        version = project.follow(source["versionId"]) if "versionId" in source else None
        if version is None:
            continue
        if version.attributes.get("publish") is not True:
            yield Finding(
                path,
                f"{version.address} is not published; training accepts published versions only",
                f"Add publish: true to {version.address}.",
            )
        dataset = (
            project.follow(version.attributes["datasetId"]) if "datasetId" in version.attributes else version
        )
        data_format = dataset.attributes.get("dataFormat") if dataset else None
        accepted = MODE_FORMATS.get(mode, ())
        if accepted and isinstance(data_format, str) and data_format not in accepted:
            yield Finding(
                path,
                f"{version.address} has dataFormat {data_format}; "
                f"trainMode {mode} accepts {', '.join(accepted)}",
                "Refer to data of such a format, or change the job's trainMode.",
            )


def _sources(resource: Resource) -> Iterator[tuple[str, Mapping[str, Value]]]:
    config = resource.attributes.get("datasetConfig")
    versions = config.get("versions") if isinstance(config, dict) else None
    for index, source in enumerate(versions if isinstance(versions, list) else ()):
        if isinstance(source, dict):
            yield f"datasetConfig.versions[{index}].versionId", source


def _mode(job: Resource | None) -> str:
    mode = job.attributes.get("trainMode") if job else None
    return mode if isinstance(mode, str) else ""


def check_increment(resource: Resource, project: ProjectView) -> Iterator[Finding]:
    """A run goes on from a run of the same base model."""
    if "incrementTaskId" not in resource.attributes:
        return
    base = project.follow(resource.attributes["incrementTaskId"])
    theirs, ours = base_model(job_of(base, project)), base_model(job_of(resource, project))
    if base and theirs and ours and theirs != ours:
        yield Finding(
            "incrementTaskId",
            f"{base.address} trained {theirs}, this run trains {ours}; both must have the same base model",
            f"Refer to a run of {ours}, or to a job of {theirs}.",
        )


KIND = Kind(
    name="FineTuningTask",
    route="/v2/finetuning",
    summary="One training run of a job.",
    id=("taskId",),
    outputs=(Output("taskId", "Id of the run, task-….", IdForm("task-", 12)),),
    operations={
        "create": Operation(
            "CreateFineTuningTask",
            Repeat.LOOK_UP,
            sends="all",
            billable=True,
            until={"runStatus": ("Done",)},
        ),
        "stop": Operation(
            "StopFineTuningTask",
            Repeat.SAFE,
            keys={"taskId": "taskId"},
            until={"runStatus": ("Stopped", "Done", "Fail", "Failed")},
        ),
        "delete": Operation("DeleteFineTuningTask", Repeat.SAFE, keys={"taskId": "taskId"}),
    },
    listing=Listing("DescribeFineTuningTasks", items="taskList", scope="jobId"),
    read=Read("DescribeFineTuningTask", keys={"taskId": "taskId"}),
    references=(
        Ref("jobId", ("FineTuningJob.jobId",), waits_for="created", relation="container"),
        Ref("datasetConfig.versions[*].versionId", ("Dataset.versionId", "DatasetVersion.versionId")),
        Ref("incrementTaskId", ("FineTuningTask.taskId",)),
    ),
    readiness=Readiness(
        fields=(
            StatusField(
                "runStatus",
                ready=("Done",),
                going=("", "Waiting", "Running"),  # the console shows nothing before the run is queued
                failed=("Fail", "Failed"),
                stopped=("Stopped",),
                final=("Done", "Fail", "Failed", "Stopped"),
            ),
        ),
        limit=72 * 3600.0,
    ),
    search=Search(scope="jobId", match=("parameterScale",)),
    rules=(
        immutable("jobId", why="a run belongs to one job"),
        immutable(
            "parameterScale",
            why=_RUN,
            server_default=("FullFineTuning", "LoRA", "LoRA-GA", "PromptTuning"),
        ),
        immutable("hyperParameterConfig", why=_HIDDEN, write_only=True),
        immutable("datasetConfig", why=_HIDDEN, write_only=True),
        immutable("incrementTaskId", why=_HIDDEN, write_only=True),
        immutable("incrementCheckpointStep", why=_HIDDEN, write_only=True),
        immutable("corpusConfig", why=_HIDDEN, write_only=True),
        immutable("modelConfig", why=_HIDDEN, write_only=True),
        immutable("resourceConfig", why=_HIDDEN, write_only=True),
    ),
    run=True,
    container_inputs=("model", "trainMode"),
    defaults=_DEFAULTS,
    any_order={
        "datasetConfig.versions": "versionId",
        "hyperParameterConfig.loraTargetModules": "",
        "corpusConfig.config": "corpusType",
        "corpusConfig.config[*].labels": "",
    },
    always_sent=("datasetConfig.splitRatio",),  # the console refuses a run without it
    checks=(check_scale, check_data, check_increment),
    keep_on_replace=True,
)
