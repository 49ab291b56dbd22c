"""Which permission policies the console's pages name for an action; data for the remedy of "access denied".

Any one of the policies named is enough; the full-control policy always is.
"""

from __future__ import annotations

FULL = "QianfanFullControlAccessPolicy"
_READ = "QianfanReadAccessPolicy"

_POLICIES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "tuning": (
        ("QianfanModelTuningReadAccessPolicy", _READ),
        ("QianfanModelTuningFullControlAccessPolicy",),
    ),
    "data": (
        ("QianfanDataReadAccessPolicy", _READ),
        ("QianfanDataFullControlAccessPolicy",),
    ),
    "data tasks": (
        ("QianfanDataOperateAccessPolicy",),
        ("QianfanDataOperateAccessPolicy",),
    ),
    "service": (
        ("QianfanServiceReadAccessPolicy",),
        ("QianfanServiceOperateAccessPolicy",),
    ),
}
"""Area to the policies that grant its reads and its writes."""

_AREAS = {
    "/v2/finetuning": "tuning",
    "/v2/model": "tuning",
    "/v2/eval": "tuning",
    "/wenxinworkshop/finetune": "tuning",
    "/wenxinworkshop/modelrepo": "tuning",
    "/v2/dataset": "data",
    "/v2/dataprocessing": "data",
    "/wenxinworkshop/dataset": "data",
    "/wenxinworkshop/etl": "data",
    "/wenxinworkshop/enhance": "data",
    "/v2/batchinference": "service",
    "/v2/service": "service",
    "/v2/serviceresources": "service",
    "/v2/computeunit": "service",
    "/v2/charge": "service",
    "/wenxinworkshop/service": "service",
}

_DATA_TASKS = frozenset(
    {
        *("PublishDatasetVersion", "CreateImportTask", "DescribeImportTask"),
        *("CreateExportTask", "DescribeExportTask"),
        *("release", "import", "export", "exportRecord"),
    }
)
"""Data actions that the operate policy grants, reads of import and export tasks among them."""

_READS = frozenset({"info", "list", "detail", "statusList", "importErrorDetail", "jobDetail", "report"})
_WRITE_POLICY_READS = frozenset({"DescribeModelExportTask"})


def granting(route: str, action: str) -> tuple[str, ...]:
    """The policies of which any one allows the call, narrowest first; the full one is always the last."""
    name = action or route.rpartition("/")[2]
    area = _AREAS.get("/".join(route.split("/")[:3]))
    if area is None:
        return (FULL,)
    if area == "data" and name in _DATA_TASKS:
        area = "data tasks"
    reads, writes = _POLICIES[area]
    is_read = name.startswith("Describe") if action else name in _READS or name.lower().endswith("detail")
    return (*(reads if is_read and name not in _WRITE_POLICY_READS else writes), FULL)
