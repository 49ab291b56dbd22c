"""What shows across fields and resources: each finding says what is wrong, what is allowed, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from qfops.core.address import Address, Location
from qfops.core.resource import Edge, Resource
from qfops.core.values import Reference, Slot, Value, references_in
from qfops.kinds.findings import Finding
from qfops.kinds.registry import load

Judge = Callable[[str], list[Finding]]


class Project:
    """Resources by address; `add` takes `Kind/name` and attributes, in which `ref` makes references."""

    def __init__(self) -> None:
        self.resources: dict[Address, Resource] = {}

    def add(self, address: str, **attributes: Value) -> Resource:
        """Declare a resource."""
        edges = tuple(Edge(path, found) for path, found in references_in(dict(attributes)))
        resource = Resource(Address.parse(address), dict(attributes), Location("m.yaml", 1), references=edges)
        self.resources[resource.address] = resource
        return resource

    def follow(self, value: Slot) -> Resource | None:
        """What a reference points to."""
        return self.resources.get(value.target) if isinstance(value, Reference) else None

    def users_of(self, address: Address) -> Iterable[Resource]:
        """Who refers to a resource."""
        return [
            item
            for _, item in sorted(self.resources.items())
            if any(edge.reference.target == address for edge in item.references)
        ]


@pytest.fixture
def project() -> Project:
    return Project()


@pytest.fixture
def findings(project: Project) -> Callable[[str], list[Finding]]:
    """What the checks of a resource's kind say about it."""

    def judge(address: str) -> list[Finding]:
        resource = project.resources[Address.parse(address)]
        kind = load().get(resource.address)
        return [finding for check in kind.checks for finding in check(resource, project)]

    return judge


def ref(address: str) -> Reference:
    return Reference(Address.parse(address))


def training(project: Project, version: str, **task: Value) -> None:
    """A job and a run of it that reads one version."""
    project.add("FineTuningJob/faq", name="faq", model="ERNIE-Speed-8K", trainMode="SFT")
    sources: list[Value] = [{"versionId": ref(version)}]
    config: Value = {"sourceType": "Platform", "versions": sources}
    project.add("FineTuningTask/faq", jobId=ref("FineTuningJob/faq"), datasetConfig=config, **task)


# --- data -----------------------------------------------------------------------------------------


def test_a_path_needs_a_bucket_of_ones_own(project: Project, findings: Judge) -> None:
    project.add("Dataset/faq", storageType="sysStorage", storagePath="bos:/b/")
    assert findings("Dataset/faq") == [
        Finding(
            "storagePath",
            "storagePath stands only with storageType BOS",
            "Remove it, or set storageType: BOS.",
        )
    ]
    project.add("Dataset/faq", storageType="BOS", storagePath="bos:/b/")
    assert findings("Dataset/faq") == []


def test_training_reads_published_versions_only(project: Project, findings: Judge) -> None:
    project.add("Dataset/faq", dataFormat="PromptResponse", publish=False)
    training(project, "Dataset/faq")
    assert findings("FineTuningTask/faq") == [
        Finding(
            "datasetConfig.versions[0].versionId",
            "Dataset/faq is not published; training accepts published versions only",
            "Add publish: true to Dataset/faq.",
        )
    ]
    project.add("Dataset/faq", dataFormat="PromptResponse", publish=True)
    assert findings("FineTuningTask/faq") == []


def test_the_format_must_fit_the_train_mode_also_of_a_later_version(
    project: Project, findings: Judge
) -> None:
    project.add("Dataset/faq", dataFormat="Text")
    project.add("DatasetVersion/two", datasetId=ref("Dataset/faq"), publish=True)
    training(project, "DatasetVersion/two")
    (found,) = findings("FineTuningTask/faq")
    assert found.path == "datasetConfig.versions[0].versionId"
    assert found.summary == (
        "DatasetVersion/two has dataFormat Text; trainMode SFT accepts PromptResponse, Role, SFT_FIM, "
        "PromptSortedresponses, PromptImage, PromptImageResponse"
    )
    assert found.remedy == "Refer to data of such a format, or change the job's trainMode."


def test_ids_of_other_projects_are_not_judged(project: Project, findings: Judge) -> None:
    config: Value = {"sourceType": "Platform", "versions": [{"versionId": "ds-1"}, {"samplingRate": 1}]}
    project.add("FineTuningTask/faq", jobId="job-1", datasetConfig=config)
    assert findings("FineTuningTask/faq") == []


# --- training -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", ["loraRank", "loraAllLinear", "loraAlpha", "loraDropout", "loraTargetModules"]
)
def test_lora_keys_stand_with_lora_only(project: Project, findings: Judge, key: str) -> None:
    project.add("FineTuningTask/faq", parameterScale="FullFineTuning", hyperParameterConfig={key: 1})
    assert findings("FineTuningTask/faq") == [
        Finding(
            f"hyperParameterConfig.{key}",
            f"{key} stands only with parameterScale LoRA or LoRA-GA, not with FullFineTuning",
            f"Remove {key}, or set parameterScale: LoRA or LoRA-GA.",
        )
    ]
    for scale in ("LoRA", "LoRA-GA"):
        project.add("FineTuningTask/faq", parameterScale=scale, hyperParameterConfig={key: 1})
        assert findings("FineTuningTask/faq") == []


@pytest.mark.parametrize(
    ("config", "key", "needed"),
    [
        ({"checkpointSaveStrategy": "epoch", "saveStep": 64}, "saveStep", "checkpointSaveStrategy step"),
        (
            {"checkpointSaveStrategy": "epoch", "earlyStopping": "True"},
            "earlyStopping",
            "checkpointSaveStrategy step",
        ),
        ({"earlyStoppingPatience": 3}, "earlyStoppingPatience", "earlyStopping True"),
        (
            {"earlyStopping": "False", "earlyStopMetric": "ValidationLoss"},
            "earlyStopMetric",
            "earlyStopping True",
        ),
    ],
)
def test_settings_that_need_another_one_have_it(
    project: Project, findings: Judge, config: Value, key: str, needed: str
) -> None:
    project.add("FineTuningTask/faq", hyperParameterConfig=config)
    (found,) = findings("FineTuningTask/faq")
    assert found.path == f"hyperParameterConfig.{key}"
    assert found.summary.startswith(f"{key} stands only with {needed}, not with ")


@pytest.mark.parametrize(
    "config",
    [
        {"saveStep": 64},
        {"checkpointSaveStrategy": "epoch", "earlyStopping": "False"},
        {"earlyStopping": "True", "earlyStoppingThreshold": 0.1},
        {"loraRank": 8},
    ],
)
def test_defaults_are_taken_into_account(project: Project, findings: Judge, config: Value) -> None:
    project.add("FineTuningTask/faq", hyperParameterConfig=config)
    assert findings("FineTuningTask/faq") == []


def test_a_run_goes_on_from_the_same_base_model(project: Project, findings: Judge) -> None:
    for name, model in (("speed", "ERNIE-Speed-8K"), ("lite", "ERNIE-Lite-8K-0308")):
        project.add(f"FineTuningJob/{name}", model=model, trainMode="SFT")
        project.add(f"FineTuningTask/{name}", jobId=ref(f"FineTuningJob/{name}"))
    project.add(
        "FineTuningTask/more", jobId=ref("FineTuningJob/lite"), incrementTaskId=ref("FineTuningTask/speed")
    )
    assert findings("FineTuningTask/more") == [
        Finding(
            "incrementTaskId",
            "FineTuningTask/speed trained ERNIE-Speed-8K, this run trains ERNIE-Lite-8K-0308; "
            "both must have the same base model",
            "Refer to a run of ERNIE-Lite-8K-0308, or to a job of ERNIE-Speed-8K.",
        )
    ]
    project.add(
        "FineTuningTask/more", jobId=ref("FineTuningJob/lite"), incrementTaskId=ref("FineTuningTask/lite")
    )
    assert findings("FineTuningTask/more") == []


# --- models ---------------------------------------------------------------------------------------


def models(project: Project, *bases: str) -> None:
    """A model set with one model trained from each base model."""
    project.add("ModelSet/faq", modelSetName="faq")
    for number, base in enumerate(bases):
        project.add(f"FineTuningJob/j{number}", model=base)
        project.add(f"FineTuningTask/t{number}", jobId=ref(f"FineTuningJob/j{number}"))
        project.add(
            f"Model/m{number}",
            modelSetId=ref("ModelSet/faq"),
            sourceType="Train",
            trainMeta={"taskId": ref(f"FineTuningTask/t{number}")},
        )


def test_one_model_set_holds_one_base_family(project: Project, findings: Judge) -> None:
    models(project, "ERNIE-Speed-8K", "ERNIE-Lite-8K-0308")
    assert findings("ModelSet/faq") == [
        Finding(
            "modelSetName",
            "ModelSet/faq would hold models of more than one base family: "
            "ERNIE-Lite (Model/m1) and ERNIE-Speed (Model/m0)",
            "Declare one ModelSet for each base family.",
        )
    ]


@pytest.mark.parametrize(
    "bases",
    [
        ("ERNIE-Speed-8K", "ERNIE-Speed-Pro-128K"),
        ("ERNIE-Lite-8K-0922", "ERNIE-Bot-turbo-0922"),
        ("ChatGLM2-6B", "ChatGLM2-6B-32K"),
        ("ERNIE-Speed-8K", "A model of next year"),
    ],
)
def test_one_family_and_what_is_not_known_pass(
    project: Project, findings: Judge, bases: tuple[str, str]
) -> None:
    models(project, *bases)
    project.add("Service/faq", modelSetId=ref("ModelSet/faq"), modelId=ref("Model/m0"))
    project.add("Model/imported", modelSetId=ref("ModelSet/faq"), sourceType="Import", importMeta={})
    assert findings("ModelSet/faq") == []


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        (
            {"sourceType": "Train"},
            [Finding("sourceType", "sourceType Train needs trainMeta", "Add trainMeta.")],
        ),
        (
            {"sourceType": "Import", "importMeta": {}, "trainMeta": {}},
            [
                Finding(
                    "trainMeta",
                    "trainMeta does not go with sourceType Import, which takes importMeta",
                    "Remove trainMeta, or change sourceType.",
                )
            ],
        ),
        ({"sourceType": "Train", "trainMeta": {}}, []),
        ({"sourceType": "Import", "importMeta": {}}, []),
        ({"sourceType": "Tain"}, []),
    ],
)
def test_the_source_of_a_model_is_the_one_it_names(
    project: Project, findings: Judge, attributes: dict[str, Value], expected: list[Finding]
) -> None:
    project.add("Model/faq", **attributes)
    assert findings("Model/faq") == expected


# --- prompts and services -------------------------------------------------------------------------


def test_a_negative_template_is_for_images_only(project: Project, findings: Judge) -> None:
    text: dict[str, Value] = {"templateContent": "a {thing}", "variableIdentifier": "{}"}
    project.add("PromptTemplate/art", **text, negativeTemplateContent="no text")
    assert findings("PromptTemplate/art") == [
        Finding(
            "negativeTemplateContent",
            "negativeTemplateContent stands only with sceneType TextToImage",
            "Remove it, or set sceneType: TextToImage.",
        )
    ]
    project.add("PromptTemplate/art", **text, negativeTemplateContent="no text", sceneType="TextToImage")
    assert findings("PromptTemplate/art") == []


@pytest.mark.parametrize("name", ["x", "1st", "城市", "a b", "a" * 31, "", '"topic": "…"'])
def test_a_name_that_the_console_refuses_is_an_error(name: str, project: Project, findings: Judge) -> None:
    project.add("PromptTemplate/p", templateContent=f"say {{{name}}}", variableIdentifier="{}")
    assert findings("PromptTemplate/p") == [
        Finding(
            "templateContent",
            f"{name!r} is not a variable name: 2 to 30 letters, digits and underscores, "
            "not starting with a digit, are allowed",
            "Rename the variable, or choose a variableIdentifier other than {} "
            "when these marks are part of the text.",
        )
    ]


@pytest.mark.parametrize("name", ["ab", "_a", "A1_", "a" * 30])
def test_names_that_the_console_takes_pass(name: str, project: Project, findings: Judge) -> None:
    project.add("PromptTemplate/p", templateContent=f"say [[{name}]]", variableIdentifier="[[]]")
    assert findings("PromptTemplate/p") == []


def test_the_negative_text_is_checked_too(project: Project, findings: Judge) -> None:
    project.add(
        "PromptTemplate/p",
        templateContent="a {thing}",
        negativeTemplateContent="no {x}",
        variableIdentifier="{}",
        sceneType="TextToImage",
    )
    assert [found.path for found in findings("PromptTemplate/p")] == ["negativeTemplateContent"]


def test_a_service_runs_a_model_of_its_model_set(project: Project, findings: Judge) -> None:
    models(project, "ERNIE-Speed-8K")
    project.add("ModelSet/other")
    project.add("Service/faq", modelSetId=ref("ModelSet/other"), modelId=ref("Model/m0"))
    assert findings("Service/faq") == [
        Finding(
            "modelId",
            "Model/m0 belongs to ModelSet/faq, not to ModelSet/other",
            "Set modelSetId: {ref: ModelSet/faq}, or refer to a model of ModelSet/other.",
        )
    ]
    project.add("Service/faq", modelSetId=ref("ModelSet/faq"), modelId=ref("Model/m0"))
    assert findings("Service/faq") == []
    project.add("Service/faq", modelSetId="am-1", modelId=ref("Model/m0"))
    assert findings("Service/faq") == []


@pytest.mark.parametrize("other", ["resourceConfig", "billing"])
def test_compute_is_owned_or_bought_never_both(project: Project, findings: Judge, other: str) -> None:
    project.add("Service/faq", deploymentConfig={}, **{other: {}})
    assert findings("Service/faq") == [
        Finding(
            other,
            f"{other} buys compute, deploymentConfig uses units that you own; only one may be given",
            f"Remove {other}, or remove deploymentConfig.",
        )
    ]
    project.add("Service/faq", deploymentConfig={})
    assert findings("Service/faq") == []


def test_a_long_name_of_a_service_is_a_warning(project: Project, findings: Judge) -> None:
    """The pages say 20; the SDK makes names of 35 that were deployed."""
    project.add("Service/faq", name="a" * 20, urlSuffix="a" * 20)
    assert findings("Service/faq") == []
    project.add("Service/faq", name="a" * 21, urlSuffix="a" * 35)
    found = findings("Service/faq")
    assert [(item.path, item.severity) for item in found] == [("name", "warning"), ("urlSuffix", "warning")]
    assert found[1].summary == "urlSuffix has 35 characters; the console's pages allow 20"


def test_an_image_model_learns_from_images(project: Project, findings: Judge) -> None:
    project.add("Dataset/faq", dataFormat="PromptImage", publish=True)
    training(project, "Dataset/faq")
    assert findings("FineTuningTask/faq") == []


def test_a_unit_is_named_once(project: Project, findings: Judge) -> None:
    """Two numbers of replicas on one unit contradict each other; the later one would win unseen."""
    units: list[Value] = [{"instanceId": "unit-1", "deploymentReplicasCount": 1}, {"instanceId": "unit-2"}]
    project.add("Service/faq", deploymentConfig={"deploymentComputeUnitList": units})
    assert findings("Service/faq") == []
    twice: list[Value] = [*units, {"instanceId": "unit-1", "deploymentReplicasCount": 2}]
    project.add("Service/faq", deploymentConfig={"deploymentComputeUnitList": twice})
    assert findings("Service/faq") == [
        Finding(
            "deploymentConfig.deploymentComputeUnitList[2].instanceId",
            "unit-1 stands in the list twice",
            "Write it once, with the replicas that it shall have.",
        )
    ]
