"""Models: one set of weights in a model set, published from a training run or imported.

A model is never edited: other weights are another model. DescribeModel shows where the weights come from in
`sourceInfo`, whose inner names are not documented: what is missing there counts as not shown.
"""

from collections.abc import Iterator

from qfops.core.resource import Resource
from qfops.kinds.base import (
    Identity,
    IdForm,
    Kind,
    Output,
    ProjectView,
    Readiness,
    Ref,
    Search,
    StatusField,
)
from qfops.kinds.findings import Finding
from qfops.kinds.operations import Listing, Operation, Read, Repeat
from qfops.kinds.rules import create_only, immutable

_FIXED = "the console API has no call that changes a model"
_META = {"Train": "trainMeta", "Import": "importMeta"}


def check_source(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """`trainMeta` stands with Train, `importMeta` with Import, each required there and refused elsewhere."""
    source = resource.attributes.get("sourceType")
    wanted = _META.get(source) if isinstance(source, str) else None
    if wanted is None:
        return
    if wanted not in resource.attributes:
        yield Finding("sourceType", f"sourceType {source} needs {wanted}", f"Add {wanted}.")
    for other in _META.values():
        if other != wanted and other in resource.attributes:
            yield Finding(
                other,
                f"{other} does not go with sourceType {source}, which takes {wanted}",
                f"Remove {other}, or change sourceType.",
            )


KIND = Kind(
    name="Model",
    route="/v2/model",
    summary="One set of weights in a model set.",
    id=("modelId",),
    outputs=(Output("modelId", "Id of the model, amv-….", IdForm("amv-", 12)),),
    operations={
        "create": Operation("CreateCustomModel", Repeat.LOOK_UP, sends="all", until={"status": ("Ready",)}),
        "delete": Operation("DeleteModel", Repeat.SAFE, keys={"modelId": "modelId"}),
    },
    listing=Listing(
        "DescribeCustomModelSets",
        items="customModelSetList",
        each="modelIds",
        carry={"modelSetId": "modelSetId"},
    ),
    read=Read("DescribeModel", keys={"modelId": "modelId"}),
    references=(
        Ref("modelSetId", ("ModelSet.modelSetId",), waits_for="created", relation="container"),
        Ref("trainMeta.taskId", ("FineTuningTask.taskId",)),
    ),
    readiness=Readiness(
        fields=(
            StatusField(
                "status",
                ready=("Ready",),
                going=("Creating",),
                failed=("Fail",),
                final=("Ready", "Fail"),
            ),
        ),
        limit=6 * 3600.0,
    ),
    also_unique=(
        Identity(
            ("modelSetId", "trainMeta.taskId", "trainMeta.step"),
            enforced_by="console",
            why="the console publishes a step of a run once in a set",
            optional=("trainMeta.step",),
        ),
    ),
    search=Search(scope="modelSetId", match=("trainMeta.taskId", "description")),
    echo={"sourceType": "sourceInfo.sourceType", "trainMeta.taskId": "sourceInfo.taskId"},
    rules=(
        immutable("modelSetId", why="a model cannot move to another set"),
        immutable("sourceType", why=_FIXED),
        create_only("description", why=_FIXED, absent_is_unset=True),
        immutable("trainMeta", why="other weights are another model"),
        immutable("trainMeta.step", why="another checkpoint is another model; not echoed", write_only=True),
        immutable("importMeta", why="other files are another model; not echoed", write_only=True),
    ),
    checks=(check_source,),
    keep_on_replace=True,
    defaults={"description": ""},
)
