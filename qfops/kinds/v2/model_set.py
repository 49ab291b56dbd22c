"""Model sets: named containers of models of one base family. Nothing of a set can be edited."""

from collections.abc import Iterator

from qfops.core.resource import Resource
from qfops.kinds.base import Identity, IdForm, Kind, Output, ProjectView, Search
from qfops.kinds.findings import Finding
from qfops.kinds.operations import Listing, Operation, Read, Repeat
from qfops.kinds.rules import create_only, immutable
from qfops.kinds.v2._training import family_of, job_of

_FIXED = "the console API has no call that changes a model set"


def check_families(resource: Resource, project: ProjectView) -> Iterator[Finding]:
    """All models of a set are trained from one base family; what is not known is let through."""
    families: dict[str, str] = {}
    for model in project.users_of(resource.address):
        if model.address.kind != "Model":
            continue
        meta = model.attributes.get("trainMeta")
        task = project.follow(meta["taskId"]) if isinstance(meta, dict) and "taskId" in meta else None
        family = family_of(job_of(task, project))
        if family:
            families.setdefault(family, str(model.address))
    if len(families) > 1:
        held = " and ".join(f"{family} ({model})" for family, model in sorted(families.items()))
        yield Finding(
            "modelSetName",
            f"{resource.address} would hold models of more than one base family: {held}",
            "Declare one ModelSet for each base family.",
        )


KIND = Kind(
    name="ModelSet",
    route="/v2/model",
    summary="A named container of models of one base family.",
    id=("modelSetId",),
    outputs=(Output("modelSetId", "Id of the model set, am-….", IdForm("am-", 12)),),
    operations={
        "create": Operation("CreateCustomModelSet", Repeat.LOOK_UP, sends="all", result="modelSetId"),
        "delete": Operation("DeleteModelSet", Repeat.SAFE, keys={"modelSetId": "modelSetId"}),
    },
    listing=Listing("DescribeCustomModelSets", items="customModelSetList"),
    read=Read("DescribeModelSet", keys={"modelSetId": "modelSetId"}),
    identity=Identity(
        ("modelSetName",), enforced_by="console", why="the console refuses a second model set of one name"
    ),
    search=Search(scope="", match=("modelSetName",)),
    rules=(
        immutable("modelSetName", why=_FIXED),
        immutable("modelType", why=_FIXED),
        create_only("labels", why=_FIXED, set_of=""),
    ),
    checks=(check_families,),
    keep_on_replace=True,
    defaults={"labels": []},
)
