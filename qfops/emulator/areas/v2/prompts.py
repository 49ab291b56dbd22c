"""Prompt templates (console API, route /v2/promptTemplates).

The only objects of the console that can be changed in place. Variables are found in the text again after
every change, because no request field carries them then.
"""

import re
from collections.abc import Mapping

from qfops.emulator.areas.v2 import labels
from qfops.emulator.areas.v2.labels import TEMPLATE
from qfops.emulator.vocabulary.errors import ApiError, invalid
from qfops.emulator.vocabulary.facts import PAGE_INFO, Shape
from qfops.emulator.vocabulary.fields import (
    Fields,
    JsonObject,
    boolean,
    integer,
    listing,
    need,
    number,
    record,
    text,
)
from qfops.emulator.vocabulary.times import beijing
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.paging import PAGE_FIELDS, Listing, page
from qfops.emulator.world.world import SHARED, Item, World

ROUTE = "/v2/promptTemplates"
TEMPLATE_FORM = ("pt-", 16)
IDENTIFIERS = ("{}", "{{}}", "[]", "[[]]", "()", "(())")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{1,29}")

_LISTED: Mapping[str, Shape] = {
    "templateId": "str",
    "templateName": "str",
    "templateContent": "str",
    "templateVariables": "str",  # joined by commas, as clients of this route see it; the pages say array
    "variableIdentifier": "str",
    "negativeTemplateContent?": "str",
    "negativeTemplateVariables?": "str",
    "labels": [{"labelId": "str", "labelName": "str", "color": "str"}],
    "type": "str",
    "sceneType": "str",
    "hyperParameters?": "object",
    "createTime": "str",
    "updateTime": "str",
}
_TEMPLATE: Shape = {**_LISTED, "content": "str"}


def variables_in(content: str, identifier: str) -> list[str]:
    """Return the valid variable names of a text, in order of appearance, each once."""
    half = len(identifier) // 2
    opening, closing = re.escape(identifier[:half]), re.escape(identifier[half:])
    names = re.findall(f"{opening}(.*?){closing}", content)
    return list(dict.fromkeys(name for name in names if _VARIABLE.fullmatch(name)))


def _stated(body: JsonObject, key: str, found: list[str]) -> list[str]:
    """Return the variables a request states, each of which must occur in the text; else the found ones."""
    stated: str | None = body.get(key)
    if stated is None:
        return found
    names = [name for name in stated.split(",") if name]
    if any(name not in found for name in names):
        raise invalid(key)
    return names


def create_template(world: World, body: JsonObject) -> JsonObject:
    """Create a template, and the labels it names (console API, CreatePromptTemplate)."""
    content, identifier = body["templateContent"], body["variableIdentifier"]
    _require_unused(world, body["templateName"], "")
    echo = {
        "templateName": body["templateName"],
        "templateContent": content,
        "variableIdentifier": identifier,
        "templateVariables": _stated(body, "templateVariables", variables_in(content, identifier)),
        "sceneType": body.get("sceneType") or "TextToText",
        "labels": labels.ensure(world, body.get("labels") or []),
        "hyperParameters": body.get("hyperParameters") or {},
    }
    if echo["sceneType"] == "TextToImage":
        negative = body.get("negativeTemplateContent") or ""
        found = variables_in(negative, identifier)
        echo["negativeTemplateContent"] = negative
        echo["negativeTemplateVariables"] = _stated(body, "negativeTemplateVariables", found)
    life = {"modified": world.now}
    item = world.add(TEMPLATE, TEMPLATE_FORM, echo, name=body["templateName"], life=life)
    return {"templateId": item.id}


def _require_unused(world: World, name: str, but: str) -> None:
    if not world.knobs.unique_template_names:
        return
    if any(item.id != but for item in world.named(TEMPLATE, name)):
        raise ApiError("NameConflict", f"template {name}")


def modify_template(world: World, body: JsonObject) -> JsonObject:
    """Change what the request names, keep the rest (console API, ModifyPromptTemplate)."""
    template = world.own(TEMPLATE, body["templateId"])
    echo = template.echo
    if body.get("templateName") is not None:
        _require_unused(world, body["templateName"], template.id)
        template.name = body["templateName"]
    if body.get("labels") is not None:
        echo["labels"] = labels.ensure(world, body["labels"])
    changeable: tuple[str, ...] = ("templateName", "templateContent", "variableIdentifier", "hyperParameters")
    if echo["sceneType"] == "TextToImage":
        changeable += ("negativeTemplateContent",)
    echo.update({key: body[key] for key in changeable if body.get(key) is not None})
    if body.keys() & {"templateContent", "variableIdentifier", "negativeTemplateContent"}:
        refresh_variables(echo)
    template.life["modified"] = world.now
    world.save(template)
    return {"templateId": template.id}


def refresh_variables(echo: JsonObject) -> None:
    """Find the variables of a changed template again."""
    identifier = echo["variableIdentifier"]
    echo["templateVariables"] = variables_in(echo["templateContent"], identifier)
    if "negativeTemplateContent" in echo:
        echo["negativeTemplateVariables"] = variables_in(echo["negativeTemplateContent"], identifier)


def view_template(_world: World, template: Item) -> JsonObject:
    """Return a template as the list shows it; hyper-parameters only when there are any."""
    shown = {
        "templateId": template.id,
        **template.echo,
        "type": "System" if template.account == SHARED else "Custom",
        "createTime": beijing(template.created),
        "updateTime": beijing(template.life["modified"]),
    }
    if not shown["hyperParameters"]:
        del shown["hyperParameters"]
    joined = ("templateVariables", "negativeTemplateVariables")
    return {key: ",".join(value) if key in joined else value for key, value in shown.items()}


def describe_template(world: World, body: JsonObject) -> JsonObject:
    """Show one template, rendered with the texts the request adds (console API, DescribePromptTemplate)."""
    template = world.get(TEMPLATE, body["templateId"])
    content, identifier = template.echo["templateContent"], template.echo["variableIdentifier"]
    half = len(identifier) // 2
    for name in template.echo["templateVariables"]:
        value = body.get(name)
        if isinstance(value, str):
            content = content.replace(f"{identifier[:half]}{name}{identifier[half:]}", value)
    return {**view_template(world, template), "content": content}


def describe_templates(world: World, body: JsonObject) -> JsonObject:
    """List templates, newest first, the platform's too (console API, DescribePromptTemplates)."""
    wanted, part, label_ids = body.get("type"), body.get("name") or "", set(body.get("labelIds") or ())

    def keep(item: Item) -> bool:
        if part not in item.name and part not in item.echo["templateContent"]:
            return False
        return not label_ids or any(entry["labelId"] in label_ids for entry in item.echo["labels"])

    order = Listing(
        TEMPLATE,
        newest_first=True,
        own=wanted != "System",
        shared=wanted != "Custom",
        always_next=True,
    )
    found, info = page(world, order, body, keep=keep)
    return {"items": [view_template(world, item) for item in found], "pageInfo": info}


def delete_template(world: World, body: JsonObject) -> bool:
    """Delete a template of the account (console API, DeletePromptTemplate)."""
    world.remove(world.own(TEMPLATE, body["templateId"]))
    return True


_HYPER_PARAMETERS = record(
    modelName=text(),
    temperature=number(0.000001, 1),
    topP=number(0, 1),
    penaltyScore=number(1, 2),
    disableSearch=boolean(),
    enableCitation=boolean(),
    stop=listing(text()),
    system=text(0, 1024),
    # the field names of the image scene are stated nowhere; these are a choice
    size=text(),
    n=integer(1, 4),
    steps=integer(10, 50),
    samplerIndex=text(),
)
_CHANGEABLE: Fields = {
    "labels": listing(text(1), high=3),
    "negativeTemplateContent": text(),
    "hyperParameters": _HYPER_PARAMETERS,
}
_ID: Fields = {"templateId": need(text())}

ACTIONS = (
    Action(
        ROUTE,
        "CreatePromptTemplate",
        {
            "templateName": need(text(1, 50)),
            "templateContent": need(text(1)),
            "variableIdentifier": need(text(choices=IDENTIFIERS)),
            "sceneType": text(choices=("TextToText", "TextToImage")),
            "templateVariables": text(),  # not in the pages, always sent by the SDK
            "negativeTemplateVariables": text(),
            **_CHANGEABLE,
        },
        {"templateId": "str"},
        create_template,
    ),
    Action(ROUTE, "DescribePromptTemplate", _ID, _TEMPLATE, describe_template, open_body=True),
    Action(
        ROUTE,
        "ModifyPromptTemplate",
        {
            **_ID,
            "templateName": text(1, 50),
            "templateContent": text(1),
            "variableIdentifier": text(choices=IDENTIFIERS),
            **_CHANGEABLE,
        },
        {"templateId": "str"},
        modify_template,
    ),
    Action(ROUTE, "DeletePromptTemplate", _ID, "bool", delete_template),
    Action(
        ROUTE,
        "DescribePromptTemplates",
        {
            **PAGE_FIELDS,
            "name": text(),
            "labelIds": listing(text()),
            "type": text(choices=("System", "Custom")),
        },
        {"items": [dict(_LISTED)], "pageInfo": PAGE_INFO},
        describe_templates,
    ),
)
KINDS = (Kind(TEMPLATE, TEMPLATE_FORM, view_template, name_key="templateName"),)
