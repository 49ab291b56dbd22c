"""Further versions of a dataset: each starts empty, takes rows, and is published once and for good."""

from qfops.kinds.base import IdForm, Kind, Output, Ref, Search
from qfops.kinds.operations import Operation, Read, Repeat
from qfops.kinds.rules import append_only, create_only, immutable, one_way
from qfops.kinds.v2._versions import (
    ANY_ORDER,
    DEFAULTS,
    IMPORT,
    IMPORT_TASK,
    PUBLISH,
    READINESS,
    SAMPLE_COUNT,
    VERSIONS,
    with_publish,
)

KIND = Kind(
    name="DatasetVersion",
    route="/v2/dataset",
    summary="A further version of a dataset, with rows of its own.",
    id=("versionId",),
    outputs=(
        Output("versionId", "Id of the version, ds-….", IdForm("ds-", 16)),
        Output("versionNumber", "Number of the version in its dataset, counted by the console."),
        SAMPLE_COUNT,
    ),
    operations={
        "create": Operation("CreateDatasetVersion", Repeat.LOOK_UP, sends="all"),
        "import": IMPORT,
        "publish": PUBLISH,
        "delete": Operation("DeleteDatasetVersion", Repeat.SAFE, keys={"versionId": "versionId"}),
    },
    listing=VERSIONS,
    read=Read("DescribeDatasetVersion", keys={"versionId": "versionId"}),
    references=(Ref("datasetId", ("Dataset.datasetId",), waits_for="created", relation="container"),),
    readiness=READINESS,
    handles=(IMPORT_TASK,),
    search=Search(scope="datasetId", match=("description",)),
    rules=(
        immutable("datasetId", why="a version cannot move to another dataset"),
        create_only("description", why="the console API has no call that changes a version's description"),
        append_only(
            "import",
            by="import",
            why="rows can be added and not taken back, so other rows are a new version",
            on_change="replace",
        ),
        one_way("publish", by="publish", why="a published version cannot be withdrawn"),
    ),
    keep_on_replace=True,
    defaults={"description": "", **DEFAULTS},
    any_order=ANY_ORDER,
    decode=with_publish,
)
