"""Plans made by hand, one for each picture that a reviewer should read. The planner is not involved."""

from __future__ import annotations

from collections.abc import Callable

from qfops.core.address import Address, Location
from qfops.core.diagnostics import Diagnostic
from qfops.core.plan import (
    Action,
    After,
    AttributeChange,
    Cause,
    Change,
    Drift,
    Plan,
    Stats,
    Step,
    Verdict,
)
from qfops.core.values import ABSENT, UNOBSERVED, Reference, Unknown

DIGEST = "9c41e7d2a0b35f6688f1c0de4b7a91e35d20c6f4a8b19e7703d5526c1fa0be94"
LINEAGE = "7f3c9a12-5b0e-4d4e-9a51-0c2d8f6e1b73"


_ANSWER = """You are a friendly assistant of the shop.
Answer in the customer's language, in at most {} words.
{{input}}"""


def address(text: str) -> Address:
    return Address.parse(text)


def plan(*changes: Change, **fields: object) -> Plan:
    defaults: dict[str, object] = {
        "project": "faq-assistant",
        "environment": "dev",
        "lineage": LINEAGE,
        "serial": 412,
        "digest": DIGEST,
        "stats": Stats(calls=23, retries=1, seconds=2.5),
    }
    return Plan(changes=changes, **{**defaults, **fields})  # type: ignore[arg-type]


def edit(owner: str, path: str, file: str, line: int, summary: str = "") -> Cause:
    return Cause(address(owner), path, "file", file, line, summary)


def known_after(target: str, output: str) -> Unknown:
    return Unknown(Reference(address(target), output))


def the_picture() -> Plan:
    """Section 3 of the design: two edits, one of which costs money, and one console edit."""
    rate = edit(
        "FineTuningTask/faq-a",
        "hyperParameterConfig.learningRate",
        "training/runs.yaml",
        9,
        "learningRate 0.0003 → 0.0001",
    )
    prompt = edit("PromptTemplate/faq-answer", "templateContent", "prompts/faq-answer.txt", 2)
    template = Change(
        address("PromptTemplate/faq-answer"),
        Action.UPDATE,
        "templateContent",
        id="pt-3fa94c0e7b12d685",
        causes=(prompt,),
        steps=(Step("modify", "ModifyPromptTemplate", ("templateContent",), "safe"),),
        attributes=(
            AttributeChange(
                "templateContent",
                prior=_ANSWER.format(120),
                live=_ANSWER.format(120),
                desired=_ANSWER.format(80),
                verdict=Verdict.UPDATE,
                reason="edited",
                operation="modify",
            ),
            AttributeChange(
                "hyperParameters.temperature",
                prior=0.3,
                live=0.1,
                desired=0.3,
                verdict=Verdict.DRIFT,
                reason="edited in the console, not in the manifest",
            ),
        ),
        notes=("variables unchanged {input}",),
    )
    training = Change(
        address("FineTuningTask/faq-a"),
        Action.RUN,
        "trains again: only hyperParameterConfig.learningRate differs",
        id="task-9b7s5d3f1gha",
        causes=(rate,),
        depends_on=(address("FineTuningJob/faq"),),
        billable=True,
        keeps=("task-9b7s5d3f1gha",),
        outputs=("taskId",),
        last_duration=8 * 3600 + 52 * 60,
        steps=(
            Step("create", "CreateFineTuningTask", ("hyperParameterConfig",), "look-up", billable=True),
            Step("ready", "DescribeFineTuningTask", (), "read"),
        ),
        attributes=(
            AttributeChange(
                "hyperParameterConfig.learningRate",
                prior=0.0003,
                live=0.0003,
                desired=0.0001,
                verdict=Verdict.REPLACE,
                reason="a finished run cannot be edited",
            ),
        ),
    )
    model = Change(
        address("Model/faq-a"),
        Action.REPLACE,
        "trainMeta.taskId known after apply",
        id="am-4k2x9w7q1m3z/amv-1p3o5i7u9ytr",
        causes=(rate,),
        after=(After(training.address),),
        depends_on=(training.address,),
        keeps=("amv-1p3o5i7u9ytr",),
        outputs=("modelId", "modelVersionId"),
        steps=(Step("create", "CreateModel", ("trainMeta.taskId",), "look-up"), Step("retire")),
        attributes=(
            AttributeChange(
                "trainMeta.taskId",
                prior="task-9b7s5d3f1gha",
                live="task-9b7s5d3f1gha",
                desired=known_after("FineTuningTask/faq-a", "taskId"),
                verdict=Verdict.REPLACE,
                reason="a version is made from one run",
            ),
        ),
    )
    service = Change(
        address("Service/faq"),
        Action.UPDATE,
        "modelId",
        id="svco-7hq2mzk0x1ba",
        causes=(rate,),
        after=(After(model.address),),
        depends_on=(model.address,),
        steps=(
            Step("modify", "ModifyService", ("modelId",), "safe"),
            Step("ready", "DescribeService", (), "read"),
        ),
        attributes=(
            AttributeChange(
                "modelId",
                prior="amv-1p3o5i7u9ytr",
                live="amv-1p3o5i7u9ytr",
                desired=known_after("Model/faq-a", "modelVersionId"),
                verdict=Verdict.UPDATE,
                operation="modify",
            ),
        ),
        notes=("URL stays",),
    )
    drift = Drift(
        template.address,
        "hyperParameters.temperature",
        0.3,
        0.1,
        0.3,
        "edited in the console, not in the manifest",
    )
    return plan(template, training, model, service, drift=(drift,), unchanged=9)


def new(kind_and_name: str, file: str, line: int, action: Action = Action.CREATE, **fields: object) -> Change:
    where = address(kind_and_name)
    defaults: dict[str, object] = {
        "reason": "",
        "causes": (Cause(where, "", "file", file, line, "new"),),
        "steps": (Step("create", f"Create{where.kind}", (), "look-up"),),
        "attributes": (AttributeChange("name", desired=where.name, verdict=Verdict.UPDATE),),
    }
    return Change(where, action, **{**defaults, **fields})  # type: ignore[arg-type]


def first_apply() -> Plan:
    """Twelve creates in an empty account, two of which cost money."""
    job = After(address("FineTuningJob/faq"), milestone="created")
    data = After(address("Dataset/faq-train"))
    run = new(
        "FineTuningTask/faq-a",
        "training/runs.yaml",
        1,
        Action.RUN,
        billable=True,
        reason="never trained from these inputs",
        after=(job, data),
    )
    model = new("Model/faq-a", "models.yaml", 1, after=(After(run.address),))
    return plan(
        new("Dataset/faq-eval", "data.yaml", 1),
        new("Dataset/faq-train", "data.yaml", 14),
        new("FineTuningJob/faq", "training/job.yaml", 1),
        *(new(f"PromptLabel/{name}", "labels.yaml", 5 * index + 1) for index, name in enumerate("abc")),
        new("PromptTemplate/faq-answer", "prompts.yaml", 1),
        new("PromptTemplate/faq-greeting", "prompts.yaml", 22),
        new("v1/Plugin/faq-search", "plugins.yaml", 1),
        run,
        model,
        new(
            "Service/faq",
            "service.yaml",
            1,
            billable=True,
            after=(After(model.address),),
            notes=("2 replicas, postpaid",),
        ),
        lineage="",
        serial=0,
    )


def destroy() -> Plan:
    """The end of a project: a service that stays billed, a model, data, and a run that no call deletes."""
    service = Change(
        address("Service/faq"),
        Action.DEACTIVATE,
        "there is no call that deletes a service; it is stopped",
        id="svco-7hq2mzk0x1ba",
        destroys=("svco-7hq2mzk0x1ba",),
        steps=(
            Step("deactivate", "DeactivateService", (), "safe"),
            Step("release", "ReleaseUnit", (), "safe"),
        ),
        left=("prepaid unit unit-Qw8Er2Ty is billed until 2027-03-01",),
    )
    model = Change(
        address("Model/faq-a"),
        Action.DELETE,
        "destroy",
        id="am-4k2x9w7q1m3z/amv-1p3o5i7u9ytr",
        after=(After(service.address),),
        destroys=("am-4k2x9w7q1m3z/amv-1p3o5i7u9ytr",),
        steps=(Step("delete", "DeleteModel", (), "safe"),),
    )
    retired = Change(
        address("Model/faq-a"),
        Action.DELETE,
        "replaced on 2026-09-30, kept until now",
        object="amv-8c5v1n6b0l2s",
        id="am-4k2x9w7q1m3z/amv-8c5v1n6b0l2s",
        after=(After(service.address),),
        destroys=("am-4k2x9w7q1m3z/amv-8c5v1n6b0l2s",),
        steps=(Step("delete", "DeleteModel", (), "safe"),),
    )
    task = Change(
        address("FineTuningTask/faq-a"),
        Action.FORGET,
        "there is no call that deletes a finished run",
        id="task-9b7s5d3f1gha",
        after=(After(model.address),),
        steps=(Step("forget"),),
        left=("the record of the run stays in the console; it costs nothing",),
    )
    data = Change(
        address("Dataset/faq-train"),
        Action.DELETE,
        "destroy",
        id="ds-2bq8c5zt7x1m0n4p",
        after=(After(task.address),),
        destroys=("ds-2bq8c5zt7x1m0n4p",),
        steps=(Step("delete", "DeleteDataset", (), "safe"),),
    )
    return plan(service, model, retired, task, data, destroy=True)


def dangerous_edits() -> Plan:
    """Everything that must be seen at once: a removal, a replace that keeps nothing, an overwritten edit."""
    removed = Cause(address("Dataset/old"), "", "file", "", 0, "removed")
    model_edit = edit("FineTuningJob/faq", "model", "training/job.yaml", 6, "model ERNIE-Lite → ERNIE-Speed")
    variable = Cause(address("Service/faq"), "replicas", "var", "", 0, "replicas 1 → 3")
    running = Change(
        address("FineTuningTask/faq-b"),
        Action.RUN,
        "trains again: container.model differs; the run that is still going is stopped",
        id="task-q7v2n5h9x4bc",
        causes=(model_edit,),
        billable=True,
        destroys=("task-q7v2n5h9x4bc, 3 h 10 min done",),
        steps=(
            Step("stop", "StopFineTuningTask", (), "safe"),
            Step("create", "CreateFineTuningTask", (), "look-up", billable=True),
        ),
    )
    service = Change(
        address("Service/faq"),
        Action.UPDATE,
        "more replicas",
        id="svco-7hq2mzk0x1ba",
        causes=(variable, model_edit),
        after=(After(running.address),),
        billable=True,
        steps=(Step("purchase", "CreateUnit", ("resourceConfig.replicasCount",), "look-up", billable=True),),
        attributes=(
            AttributeChange(
                "resourceConfig.replicasCount",
                prior=1,
                live=2,
                desired=3,
                verdict=Verdict.UPDATE,
                overwrites=True,
            ),
            AttributeChange("description", "old", "old", "new", Verdict.NOTE, "sent at creation only"),
        ),
    )
    gone = Change(
        address("Dataset/old"),
        Action.DELETE,
        "its manifest is gone",
        id="ds-0a9s8d7f6g5h4j3k",
        causes=(removed,),
        destroys=("ds-0a9s8d7f6g5h4j3k",),
        steps=(Step("delete", "DeleteDataset", (), "safe"),),
    )
    return plan(gone, running, service)


def waiting_and_owed() -> Plan:
    """An apply that was interrupted: a run goes on, and the end of an old service is still owed."""
    run = Change(
        address("FineTuningTask/faq-a"),
        Action.WAIT,
        "started 2 h ago, still training",
        id="task-9b7s5d3f1gha",
        last_duration=8 * 3600,
        steps=(Step("ready", "DescribeFineTuningTask", (), "read"),),
    )
    end = Change(
        address("Service/faq"),
        Action.DEACTIVATE,
        "its replacement takes the traffic",
        object="svco-3f9k1qz7m0xa",
        id="svco-3f9k1qz7m0xa",
        owed=True,
        destroys=("svco-3f9k1qz7m0xa",),
        after=(After(run.address),),
        steps=(Step("deactivate", "DeactivateService", (), "safe"),),
    )
    return plan(run, end)


def blocked_and_unknown() -> Plan:
    """What cannot be done, and what could not be told, each with the way on, before a harmless update."""
    renamed = Change(
        address("Dataset/faq-training"),
        Action.BLOCKED,
        "Dataset/faq-train has the same identity and its manifest is gone",
        causes=(edit("Dataset/faq-training", "", "data.yaml", 14, "new"),),
        remedy="was it renamed? Add to qfops.yaml: moved: {Dataset/faq-train: Dataset/faq-training}",
    )
    failed = Change(
        address("FineTuningTask/faq-a"),
        Action.BLOCKED,
        "the run failed: the training data holds no valid line",
        id="task-9b7s5d3f1gha",
        remedy="mend the data, then add --retry-failed",
    )
    lost = Change(
        address("Model/faq-a"),
        Action.UNKNOWN,
        "a create was sent and its answer lost; two new objects match",
        remedy="qfops --env dev state settle Model/faq-a --id am-4k2x9w7q1m3z",
    )
    update = Change(
        address("PromptTemplate/faq-answer"),
        Action.UPDATE,
        "templateName changes",
        id="pt-3fa94c0e7b12d685",
        causes=(edit("PromptTemplate/faq-answer", "templateName", "prompts.yaml", 5, "templateName a → b"),),
        steps=(Step("modify", "ModifyPromptTemplate", ("templateName",), "safe"),),
        attributes=(AttributeChange("templateName", "a", "a", "b", Verdict.UPDATE, operation="modify"),),
    )
    warning = Diagnostic(
        "extra",
        "extra.priority is sent as it is",
        "The schema does not know it; it cannot be checked, and later edits need a replacement.",
        "Leave it out once qfops knows the field.",
        address("Service/faq"),
        "extra.priority",
        Location("service.yaml", 12, 5),
        "warning",
    )
    return plan(
        renamed,
        failed,
        lost,
        update,
        complete=False,
        diagnostics=(warning,),
        affected=(address("Service/faq"),),
    )


def drift_only() -> Plan:
    """Nothing to do, but somebody edited two things in the console, one of which no call can undo."""
    prompt = address("PromptTemplate/faq-answer")
    return plan(
        drift=(
            Drift(prompt, "templateContent", _ANSWER.format(120), _ANSWER.format(60), _ANSWER.format(120)),
            Drift(address("Service/faq"), "name", "faq", "FAQ, new", "faq", revertible=False),
            Drift(address("Service/faq"), "description", "x", "y", "x", "edited by support", ignored=True),
        ),
        unchanged=14,
    )


def no_changes() -> Plan:
    """Nothing to do."""
    return plan(unchanged=14)


def chinese() -> Plan:
    """Chinese names and texts: columns stay aligned, changes are marked by runs of characters."""
    cause = edit("PromptTemplate/kefu", "templateContent", "提示词/客服.txt", 1)
    old = "你是一名客服助手，请用不超过一百二十个字回答客户的问题。\n语气要友好。\n{问题}"
    new_text = (
        "你是一名专业的客服助手，请用不超过八十个字回答客户的问题。\n语气要友好。\n不要承诺退款。\n{问题}"
    )
    return plan(
        Change(
            address("PromptTemplate/kefu"),
            Action.UPDATE,
            "templateContent",
            id="pt-3fa94c0e7b12d685",
            causes=(cause,),
            attributes=(
                AttributeChange("templateContent", old, old, new_text, Verdict.UPDATE),
                AttributeChange("templateName", "客服回答", "客服回答", "客服回答（新）", Verdict.UPDATE),
                AttributeChange("labels", ["客服"], UNOBSERVED, ["客服", "售后"], Verdict.UPDATE),
            ),
        ),
        Change(
            address("Dataset/kefu"),
            Action.CREATE,
            "名称为“客服问答”的数据集已不在控制台中，因此重新创建；之前的数据需要再次导入，导入完成后才会发布新的版本",
            attributes=(AttributeChange("name", ABSENT, ABSENT, "客服问答", Verdict.UPDATE),),
        ),
        project="客服助手",
    )


def ten_thousand() -> Plan:
    """Ten thousand creates in one line, and the one among them that costs money in its own."""
    bulk = (new(f"Dataset/bulk-{number:05}", "bulk.yaml", number) for number in range(1, 9_991))
    runs = (
        new(f"FineTuningTask/bulk-{number}", "runs.yaml", number, Action.RUN, billable=True)
        for number in range(1, 4)
    )
    labels = (new(f"PromptLabel/bulk-{number}", "labels.yaml", number) for number in range(1, 8))
    return plan(*bulk, *runs, *labels)


CASES: dict[str, Callable[[], Plan]] = {
    "the-picture": the_picture,
    "first-apply": first_apply,
    "destroy": destroy,
    "dangerous-edits": dangerous_edits,
    "waiting-and-owed": waiting_and_owed,
    "blocked-and-unknown": blocked_and_unknown,
    "drift-only": drift_only,
    "no-changes": no_changes,
    "chinese": chinese,
    "ten-thousand": ten_thousand,
}
