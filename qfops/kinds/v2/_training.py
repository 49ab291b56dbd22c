"""What is known of base models and data formats, and how the training behind a resource is found."""

from collections.abc import Mapping

from qfops.core.resource import Resource
from qfops.kinds.base import ProjectView

MODE_FORMATS: Mapping[str, tuple[str, ...]] = {
    "SFT": (
        "PromptResponse",
        "Role",
        "SFT_FIM",
        "PromptSortedresponses",
        "PromptImage",
        "PromptImageResponse",
    ),
    "PostPretrain": ("Text",),
    "DPO": ("DPO_PromptChosenRejected",),
    "KTO": ("KTO_PromptChosenRejected",),
}
"""The data formats that each train mode learns from (console API, CreateFineTuningTask)."""

_FAMILIES: tuple[tuple[str, str], ...] = (
    ("ERNIE-Speed", "ERNIE-Speed"),
    ("ERNIE-Lite", "ERNIE-Lite"),
    ("ERNIE-Bot-turbo", "ERNIE-Lite"),  # the former name of the Lite line
    ("ERNIE-Tiny", "ERNIE-Tiny"),
    ("Qianfan-Chinese-Llama-2-7B", "Llama-2-7B"),
    ("Qianfan-Chinese-Llama-2-13B", "Llama-2-13B"),
    ("ChatGLM2-6B", "ChatGLM2-6B"),
    ("Baichuan2-7B", "Baichuan2-7B"),
    ("Baichuan2-13B", "Baichuan2-13B"),
    ("BLOOMZ-7B", "BLOOMZ-7B"),
    ("CodeLlama-7B", "CodeLlama-7B"),
    ("SQLCoder-7B", "SQLCoder-7B"),
    ("Stable-Diffusion-XL", "Stable-Diffusion-XL"),
)
"""How names of base models begin, and the family whose results may share one model set."""


def job_of(task: Resource | None, project: ProjectView) -> Resource | None:
    """The job of a run, as far as both are in the project."""
    return project.follow(task.attributes["jobId"]) if task and "jobId" in task.attributes else None


def base_model(job: Resource | None) -> str:
    """The base model of a job, or an empty string when it is not known."""
    model = job.attributes.get("model") if job else None
    return model if isinstance(model, str) else ""


def family_of(job: Resource | None) -> str:
    """The base family that a job trains, or an empty string when it is not known."""
    model = base_model(job)
    return next((family for prefix, family in _FAMILIES if model.startswith(prefix)), "")
