"""Prompt templates: a text with variables, labels and inference settings.

The only kind whose every text can be edited in place. Labels are names here; the console makes an object of
each new name, which no template owns.
"""

import re
from collections.abc import Iterator, Mapping

from qfops.core.resource import Resource
from qfops.core.values import JSON, Value
from qfops.kinds.base import Identity, IdForm, Kind, Output, ProjectView, Search
from qfops.kinds.findings import Finding
from qfops.kinds.operations import Listing, Operation, Read, Repeat
from qfops.kinds.rules import computed, immutable, updatable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,29}")
_EDITABLE = "ModifyPromptTemplate accepts it"
_SETTINGS: Mapping[str, JSON] = {
    "hyperParameters.temperature": 0.95,
    "hyperParameters.topP": 0.8,
    "hyperParameters.penaltyScore": 1.0,
    "hyperParameters.disableSearch": False,
    "hyperParameters.enableCitation": False,
    "hyperParameters.stop": [],
    "hyperParameters.system": "",
}
"""The inference settings with a default, which is also what removal resets them to."""


def variables(content: str, identifier: str) -> list[str]:
    """What stands between the two halves of `identifier`, in order of appearance, each once.

    The shortest text on one line counts, as in the console; whether it is a valid name is another question.
    """
    half = len(identifier) // 2
    opening, closing = re.escape(identifier[:half]), re.escape(identifier[half:])
    return list(dict.fromkeys(re.findall(f"{opening}(.*?){closing}", content)))


def template_variables(attributes: Mapping[str, Value]) -> JSON:
    """The variables that the console will read out of the text, as its answers list them."""
    return [*_variables_of(attributes, "templateContent")]


def _variables_of(attributes: Mapping[str, Value], path: str) -> list[str]:
    content, identifier = attributes.get(path), attributes.get("variableIdentifier")
    return variables(content, identifier) if isinstance(content, str) and isinstance(identifier, str) else []


def check_variables(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """Every variable's name is one that the console accepts."""
    identifier = resource.attributes.get("variableIdentifier")
    for path in ("templateContent", "negativeTemplateContent"):
        for name in _variables_of(resource.attributes, path):
            if _NAME.fullmatch(name) is None:
                yield Finding(
                    path,
                    f"{name!r} is not a variable name: 2 to 30 letters, digits and underscores, "
                    "not starting with a digit, are allowed",
                    f"Rename the variable, or choose a variableIdentifier other than {identifier} "
                    "when these marks are part of the text.",
                )


def check_negative(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """A negative template only means something to image generation."""
    attributes = resource.attributes
    if "negativeTemplateContent" in attributes and attributes.get("sceneType") != "TextToImage":
        yield Finding(
            "negativeTemplateContent",
            "negativeTemplateContent stands only with sceneType TextToImage",
            "Remove it, or set sceneType: TextToImage.",
        )


KIND = Kind(
    name="PromptTemplate",
    route="/v2/promptTemplates",
    summary="A prompt: its text with variables, its labels and the inference settings saved with it.",
    id=("templateId",),
    outputs=(Output("templateId", "Id of the template, pt-….", IdForm("pt-", 16)),),
    operations={
        "create": Operation("CreatePromptTemplate", Repeat.LOOK_UP, sends="all"),
        "modify": Operation(
            "ModifyPromptTemplate", Repeat.SAFE, keys={"templateId": "templateId"}, sends="changed"
        ),
        "delete": Operation("DeletePromptTemplate", Repeat.SAFE, keys={"templateId": "templateId"}),
    },
    listing=Listing("DescribePromptTemplates", items="items", body={"type": "Custom"}),
    read=Read("DescribePromptTemplate", keys={"templateId": "templateId"}),
    identity=Identity(
        ("templateName",),
        enforced_by="us",
        why="programs find a template by its name, so two of one name would answer at random",
    ),
    search=Search(scope="", match=("templateName",)),
    rules=(
        updatable("templateName", by="modify", why=_EDITABLE, no_reset="a template must have a name"),
        updatable("templateContent", by="modify", why=_EDITABLE, no_reset="a template must have a text"),
        updatable("variableIdentifier", by="modify", why=_EDITABLE, no_reset="it must be given"),
        immutable("sceneType", why="ModifyPromptTemplate does not take it", server_default=("TextToText",)),
        updatable(
            "labels",
            by="modify",
            why="ModifyPromptTemplate replaces all labels; the console has its own order",
            reset=[],
            set_of="",
            normalise="label_names",
        ),
        updatable(
            "negativeTemplateContent",
            by="modify",
            why=_EDITABLE,
            no_reset="ModifyPromptTemplate is not known to clear a text",
        ),
        updatable(
            "hyperParameters",
            by="modify",
            why="ModifyPromptTemplate takes the settings as one object",
            no_reset="the console has no default for it",
        ),
        *(updatable(path, by="modify", why=_EDITABLE, reset=value) for path, value in _SETTINGS.items()),
        computed("templateVariables", why="the console reads the variables out of the text"),
    ),
    defaults={"sceneType": "TextToText", "labels": [], **_SETTINGS},
    any_order={"hyperParameters.stop": ""},
    derive={"templateVariables": template_variables},
    checks=(check_variables, check_negative),
    leaves="labels",
)
