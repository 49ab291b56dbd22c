"""Fine-tuning jobs: the container of training runs; it fixes their base model and train mode, and is free."""

from qfops.kinds.base import Identity, IdForm, Kind, Output, Search
from qfops.kinds.operations import Listing, Operation, Repeat
from qfops.kinds.rules import create_only, immutable

_FIXED = "the console API has no call that changes a job"

KIND = Kind(
    name="FineTuningJob",
    route="/v2/finetuning",
    summary="The container of training runs of one base model and one train mode.",
    id=("jobId",),
    outputs=(Output("jobId", "Id of the job, job-….", IdForm("job-", 12)),),
    operations={
        "create": Operation("CreateFineTuningJob", Repeat.LOOK_UP, sends="all"),
        "delete": Operation("DeleteFineTuningJob", Repeat.SAFE, keys={"jobId": "jobId"}),
    },
    listing=Listing("DescribeFineTuningJobs", items="jobList"),
    identity=Identity(("name",), enforced_by="console", why="the console refuses a second job of one name"),
    search=Search(scope="", match=("name",)),
    rules=(
        immutable("name", why=_FIXED),
        create_only("description", why=_FIXED),
        immutable("model", why=_FIXED),
        immutable("trainMode", why=_FIXED),
    ),
    keep_on_replace=True,
    defaults={"description": ""},
)
