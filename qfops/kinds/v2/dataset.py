"""Datasets: a named container of versions, together with the version that the console makes with it.

CreateDataset makes the dataset and its version 1 in one call, so one manifest declares both; further versions
are DatasetVersions.
"""

from collections.abc import Iterator

from qfops.core.resource import Resource
from qfops.kinds.base import Identity, IdForm, Kind, Output, ProjectView, Search
from qfops.kinds.findings import Finding
from qfops.kinds.operations import Listing, Operation, Part, Read, Repeat
from qfops.kinds.rules import append_only, immutable, one_way
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

_FIXED = "the console API has no call that changes a dataset"


def check_storage(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """A path means something only in a bucket of one's own."""
    if "storagePath" in resource.attributes and resource.attributes.get("storageType") == "sysStorage":
        yield Finding(
            "storagePath",
            "storagePath stands only with storageType BOS",
            "Remove it, or set storageType: BOS.",
        )


KIND = Kind(
    name="Dataset",
    route="/v2/dataset",
    summary="A dataset and the version that is created with it: its rows, and whether they are published.",
    id=("datasetId",),
    outputs=(
        Output("datasetId", "Id of the dataset, dg-….", IdForm("dg-", 16)),
        Output("versionId", "Id of the version that was created with the dataset, ds-….", IdForm("ds-", 16)),
        SAMPLE_COUNT,
    ),
    operations={
        "create": Operation("CreateDataset", Repeat.LOOK_UP, sends="all"),
        "import": IMPORT,
        "publish": PUBLISH,
        "delete": Operation("DeleteDataset", Repeat.SAFE, keys={"datasetId": "datasetId"}),
    },
    listing=Listing("DescribeDatasets", items="datasetList"),
    read=Read("DescribeDatasetVersion", keys={"versionId": "versionId"}),
    part=Part(VERSIONS, key="versionId", owned_when=("import", "publish"), made_with={"versionNumber": 1}),
    readiness=READINESS,
    handles=(IMPORT_TASK,),
    identity=Identity(
        ("datasetName",),
        enforced_by="us",
        why="the console may allow two datasets of one name, and then nobody could tell them apart",
    ),
    search=Search(scope="", match=("datasetName",)),
    rules=(
        immutable("datasetName", why=_FIXED),
        immutable("dataFormat", why=_FIXED),
        immutable("storageType", why=_FIXED),
        immutable("storagePath", why=_FIXED, server_default=("",)),
        append_only(
            "import",
            by="import",
            why="rows can be added and not taken back; for other rows, add a DatasetVersion",
            on_change="blocked",
        ),
        one_way("publish", by="publish", why="a published version cannot be withdrawn"),
    ),
    keep_on_replace=True,
    defaults=DEFAULTS,
    any_order=ANY_ORDER,
    decode=with_publish,
    checks=(check_storage,),
)
