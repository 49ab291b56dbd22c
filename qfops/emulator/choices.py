"""What the console's pages do not say, and what the emulator does instead.

Data, so that a test can compare it with the documentation, and a reader can tell a known fact from a choice.
A client must not rely on any of these; where the choice is a value, the code that acts on it supplies it.
"""

from dataclasses import dataclass

from qfops.emulator.areas.v2._training_input import FEWEST_ROWS
from qfops.emulator.areas.v2.finetuning import FAILING_JOB, FAILING_SEED
from qfops.emulator.areas.v2.imports import BROKEN_FILE, TINY_FILE, TINY_ROWS
from qfops.emulator.areas.v2.services import FAILING_SERVICE
from qfops.emulator.signature import CLOCK_SKEW, LONGEST_EXPIRY
from qfops.emulator.vocabulary.faults import Fault
from qfops.emulator.world.paging import DEFAULT_KEYS, MOST_KEYS


@dataclass(frozen=True, slots=True)
class Choice:
    """One open question and the emulator's answer."""

    area: str
    question: str
    answer: str


CHOICES: tuple[Choice, ...] = (
    Choice(
        "transport",
        "status of refusals",
        "400 bad request, 403 identity and permission, 404 missing, 409 conflict, 429 "
        "throttled, 500 and 503 by order only",
    ),
    Choice("transport", "code names of refusals", "the table below; rows marked *own* are the emulator's"),
    Choice(
        "transport",
        "refused signature",
        "403 with X-Bce-Error-Code, X-Bce-Error-Message and the error envelope",
    ),
    Choice("transport", "missing Authorization or x-bce-date", "403 AccessDenied, and a complaint"),
    Choice(
        "transport",
        "signature validity",
        f"expiry 1 to {LONGEST_EXPIRY} s, clocks may differ by {CLOCK_SKEW // 60} "
        "minutes, else 400 RequestExpired",
    ),
    Choice(
        "transport", "headers that must be signed", "host and x-bce-date; host may be signed without its port"
    ),
    Choice("transport", "bearer tokens", "refused"),
    Choice("transport", "unknown action or route", "404 ResourceNotFound, and a complaint"),
    Choice("transport", "other methods than POST", "405 MethodNotAllowed"),
    Choice(
        "transport", "unknown body keys", "ignored, with a complaint that names the key and never its value"
    ),
    Choice("transport", "explicit null", "counts as absent"),
    Choice(
        "transport",
        "rate limit",
        "none unless the knob rate_limit is set; then 429 TooManyRequests, counted per account and process",
    ),
    Choice(
        "transport",
        "reference to an object the request is not about",
        "400 InvalidReference when it does not exist, 400 ReferenceNotReady when it is in the wrong state",
    ),
    Choice(
        "lists",
        "where a page starts",
        "at its marker, even when that object is gone; a marker never handed out is 400",
    ),
    Choice(
        "lists",
        "page size",
        f"{DEFAULT_KEYS} by default, at most {MOST_KEYS}, larger is clamped, 0 and less is 400",
    ),
    Choice(
        "lists", "nextMarker on the last page", "absent; an empty text for services, templates and labels"
    ),
    Choice(
        "lists",
        "order",
        "oldest first for datasets, versions and model sets; newest first for jobs, "
        "tasks, services, templates and labels; pageReverse turns it round",
    ),
    Choice("lists", "list keys and items", "datasetList, versionList; items carry the fields of the detail"),
    Choice("lists", "name filters", "substring, case-sensitive"),
    Choice(
        "datasets",
        "name rule",
        "1 to 50 letters, digits, underscores and dashes; may repeat unless the knob "
        "strict_dataset_names is set",
    ),
    Choice("datasets", "result of CreateDataset", "as CreateDatasetVersion"),
    Choice(
        "datasets",
        "storagePath",
        "must start with bos:/ and end with / for BOS; must be empty for sysStorage, and is shown empty",
    ),
    Choice("datasets", "import into a published or importing version", "409 StateConflict"),
    Choice(
        "datasets",
        "rows of a file",
        f"100 to 999, fixed by its name; {TINY_ROWS} when the name contains "
        f"`{TINY_FILE}`; a name that contains `{BROKEN_FILE}` fails the import",
    ),
    Choice("datasets", "publish while importing, or without rows", "409 StateConflict"),
    Choice("datasets", "publish twice", "true, and nothing happens"),
    Choice("datasets", "delete while importing or publishing", "409 StateConflict"),
    Choice("datasets", "delete while a waiting or running task reads it", "409 ResourceInUse"),
    Choice("datasets", "delete the last version", "the dataset goes too"),
    Choice("datasets", "delete twice", "404 NoSuchObject"),
    Choice(
        "fine-tuning",
        "job names",
        "unique per account over all modes, case-sensitive, else 409 NameConflict; free again after deletion",
    ),
    Choice("fine-tuning", "unknown model, mode or scale", "400 InappropriateJSON"),
    Choice(
        "fine-tuning",
        "hyper-parameters",
        "unknown keys and values outside the support list are 400; omitted keys take the defaults",
    ),
    Choice("fine-tuning", "omitted parameterScale", "the job's, else the first of the model and mode"),
    Choice("fine-tuning", "splitRatio", "0 to 100, optional"),
    Choice(
        "fine-tuning",
        "data",
        f"versions published and of a format that fits the mode, {FEWEST_ROWS} rows or "
        "more after sampling, else 400",
    ),
    Choice(
        "fine-tuning",
        "a run that fails",
        f"one of a job whose name contains `{FAILING_JOB}`, one with hyper-parameter `reference` "
        f"{FAILING_SEED}, or one that reads a BOS file whose name contains `{BROKEN_FILE}`",
    ),
    Choice("fine-tuning", "metrics and checkpointList", "absent before Done; metrics for SFT only"),
    Choice("fine-tuning", "finishDate before the end", "0000-00-00T00:00:00Z"),
    Choice("fine-tuning", "stop of an ended or unknown task", "200 and false"),
    Choice("fine-tuning", "delete of a waiting or running task", "409 StateConflict"),
    Choice(
        "fine-tuning", "delete of a job", "with its ended tasks; 409 StateConflict while one has not ended"
    ),
    Choice("fine-tuning", "models published from a deleted task", "stay"),
    Choice("fine-tuning", "filters of the job list", "trainModel (the mode) and model are honoured"),
    Choice(
        "models",
        "set names",
        "2 to 20 letters, digits and underscores, not starting with an underscore; "
        "unique per account, case-sensitive, else 409 NameConflict; free again after deletion",
    ),
    Choice("models", "modelType", "the union of all listed values"),
    Choice(
        "models",
        "step and checkpointStep",
        "both accepted; 400 when they differ or name no checkpoint of the task",
    ),
    Choice("models", "publishing a task that is not Done", "400 ReferenceNotReady"),
    Choice(
        "models",
        "publishing a run and step twice into one set",
        "409 AlreadyPublished; no step means the last one",
    ),
    Choice(
        "models",
        "base model of another family than the set's",
        "409 BaseModelMismatch; imported models are a family of their own",
    ),
    Choice("models", "modelIds and modelNames", "in order of creation; numbers are never used again"),
    Choice("models", "sourceInfo", "sourceType, and taskId or bucket and objectPath; no step"),
    Choice(
        "models", "result of CreateCustomModel and DeleteModel", "an object with modelId; an empty object"
    ),
    Choice("models", "delete of a model in service", "409 ResourceInUse unless the service is Stopped"),
    Choice(
        "models",
        "delete of a set",
        "with its models, when all of them may be deleted; else 409 ResourceInUse",
    ),
    Choice(
        "models", "delete of what the platform supplies", "403 AccessDenied, for templates and labels too"
    ),
    Choice("models", "an import that fails", f"one whose objectPath contains `{BROKEN_FILE}`"),
    Choice(
        "prompts",
        "template names",
        "1 to 50 characters; unique per account unless the knob unique_template_names is "
        "off, else 409 NameConflict",
    ),
    Choice(
        "prompts",
        "variables",
        "found in the text unless stated; stated ones must occur in it, else 400; "
        "invalid names are no variables",
    ),
    Choice("prompts", "variables after a change of text or identifier", "found again"),
    Choice("prompts", "labels: [] in a modification", "clears them; absent keeps them"),
    Choice("prompts", "more than three labels", "400"),
    Choice("prompts", "rendering without a value", "the mark stays; texts that are no variables are ignored"),
    Choice("prompts", "result of ModifyPromptTemplate", "an object with templateId"),
    Choice(
        "prompts",
        "hyperParameters",
        "replaced as a whole; shown only when there are any; for images size, n, steps, samplerIndex",
    ),
    Choice("prompts", "list without a type", "the account's and the platform's"),
    Choice("prompts", "delete of a label in use", "takes it off the templates"),
    Choice("prompts", "creating a label that exists", "its id; duplicates in one call are one label"),
    Choice(
        "services",
        "names",
        "name and urlSuffix unique among the account's services that are not Stopped, else 409 NameConflict",
    ),
    Choice(
        "services", "the model", "must be Ready (else 400 ReferenceNotReady) and belong to the set (else 400)"
    ),
    Choice("services", "a service that fails", f"one whose name contains `{FAILING_SERVICE}`"),
    Choice(
        "services",
        "billing",
        "Prepaid needs a reservation, Postpaid needs chargeType; resourceConfig may be left out for Tokens",
    ),
    Choice("services", "both ways to deploy in one request", "deploymentConfig wins when it lists units"),
    Choice(
        "services",
        "instanceId",
        "32 hexadecimal digits when compute is bought, absent on owned units and for Tokens",
    ),
    Choice(
        "services",
        "what is echoed",
        "no urlSuffix, billing or deploymentConfig; with owned units no resourceConfig.type",
    ),
    Choice(
        "services",
        "modify or scale",
        "only while Serving and not Updating, else 409 StateConflict; shows when it is through",
    ),
    Choice("services", "scale beyond the free units", "409 InsufficientResource"),
    Choice("services", "scale to 0 on the last unit", "the service is Stopped"),
    Choice(
        "services",
        "deactivate",
        "from Serving or Failed, 409 StateConflict from New or Deploying, true again "
        "when Stopped; stays Serving until it is through",
    ),
    Choice("services", "deletion", "none; stopped services stay listed"),
    Choice("services", "compute bought for a service", "deployed at once, replicas added"),
    Choice("services", "protocolVersion 2", "as 1"),
    Choice(
        "units",
        "release",
        "409 ResourceInUse with services on it, 409 StateConflict when prepaid; a "
        "released unit leaves the list",
    ),
    Choice(
        "units",
        "release of compute bought for a service",
        "by its instanceId on the same route, once the service is Stopped (else 409 ResourceInUse)",
    ),
    Choice("units", "quotas, stock, balance", "never exhausted"),
    Choice("faults", "when they strike", "after the checks of signature, action, permission and body"),
    Choice("faults", "an order without times", f"fires {Fault('cut').times} time; null fires for ever"),
)
