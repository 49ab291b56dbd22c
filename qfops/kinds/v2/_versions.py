"""What Dataset and DatasetVersion share: importing rows into a version, publishing it, its states."""

from collections.abc import Mapping

from qfops.core.values import JSON
from qfops.kinds.base import Output, Readiness, StatusField
from qfops.kinds.operations import CallValues, Listing, Operation, Read, Repeat

IMPORT_TASK = "importTaskId"
SAMPLE_COUNT = Output("sampleCount", "Rows that the version holds.")


def import_body(call: CallValues) -> dict[str, JSON]:
    """One entry of `import` as CreateImportTask wants it; `digest` is ours and stays here."""
    files = call.item.get("files") if isinstance(call.item, dict) else None
    return {"versionId": call.outputs["versionId"], "files": files}


def with_publish(item: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The answer with `publish` beside the console's `publishStatus`: whether publishing was asked for."""
    if item.get("publishStatus") is None:
        return item
    return {**item, "publish": item["publishStatus"] in ("Publishing", "Published")}


DEFAULTS: Mapping[str, JSON] = {"import": [], "publish": False}
ANY_ORDER = {"import[*].files": ""}
"""The files of one task are one lot of rows; the tasks themselves come in the order written."""

IMPORT = Operation(
    "CreateImportTask",
    Repeat.LOOK_UP,
    keys={"versionId": "versionId"},
    sends="item",
    result=IMPORT_TASK,
    counters=(SAMPLE_COUNT.name,),
    until={"importStatus": ("ImportFinished",)},
    encode=import_body,
)

PUBLISH = Operation(
    "PublishDatasetVersion",
    Repeat.SAFE,
    keys={"versionId": "versionId"},
    until={"publishStatus": ("Published",)},
)

VERSIONS = Listing("DescribeDatasetVersions", items="versionList", scope="datasetId")

READINESS = Readiness(
    fields=(
        StatusField(
            "importStatus",
            ready=("Created", "ImportFinished"),
            going=("Importing",),
            failed=("ImportFailed",),
            final=("Created", "ImportFinished", "ImportFailed"),
            # Of a version the field is inferred, of an import task it is documented.
            proof=Read("DescribeImportTask", keys={"taskId": IMPORT_TASK}),
        ),
        StatusField(
            "publishStatus",
            ready=("Unpublished", "Published"),
            going=("Publishing",),
            failed=("PublishFailed",),
            final=("Unpublished", "Published", "PublishFailed"),
        ),
    ),
    limit=6 * 3600.0,
)
