"""Prompt labels (console API, route /v2/promptLabels).

Labels are objects of their own: a template that names an unknown label creates it, and never deletes it.
"""

from qfops.emulator.vocabulary.facts import PAGE_INFO, Shape
from qfops.emulator.vocabulary.fields import JsonObject, listing, need, text
from qfops.emulator.vocabulary.times import beijing
from qfops.emulator.world.actions import Action, Kind
from qfops.emulator.world.paging import PAGE_FIELDS, Listing, page
from qfops.emulator.world.world import SHARED, Item, World

ROUTE = "/v2/promptLabels"
LABEL = "PromptLabel"
TEMPLATE = "PromptTemplate"
LABEL_FORM = ("pl-", 16)
COLOR = "#0099E6"

_LABEL: Shape = {
    "labelId": "str",
    "labelName": "str",
    "type": "str",
    "createTime": "str",
    "updateTime": "str",
}


def ensure(world: World, names: list[str]) -> list[JsonObject]:
    """Return the labels of these names as templates show them, creating the missing ones."""
    labels = []
    for name in dict.fromkeys(names):
        known = world.named(LABEL, name)
        label = known[0] if known else world.add(LABEL, LABEL_FORM, {"labelName": name}, name=name)
        labels.append({"labelId": label.id, "labelName": name, "color": COLOR})
    return labels


def create_labels(world: World, body: JsonObject) -> JsonObject:
    """Create up to ten labels; a known name gives its id (console API, CreatePromptLabel)."""
    labels = ensure(world, body["name"])
    return {"labels": labels}


def view_label(_world: World, label: Item) -> JsonObject:
    """Return a label as the list shows it."""
    moment = beijing(label.created)
    kind = "System" if label.account == SHARED else "Custom"
    return {"labelId": label.id, **label.echo, "type": kind, "createTime": moment, "updateTime": moment}


def describe_labels(world: World, body: JsonObject) -> JsonObject:
    """List labels, newest first (console API, DescribePromptLabels)."""
    found, info = page(world, Listing(LABEL, newest_first=True, shared=True, always_next=True), body)
    return {"items": [view_label(world, item) for item in found], "pageInfo": info}


def delete_label(world: World, body: JsonObject) -> bool:
    """Delete a label and take it off every template (console API, DeletePromptLabel)."""
    label = world.own(LABEL, body["labelId"])
    for template in world.mentioning(TEMPLATE, label.id):
        template.echo["labels"] = [entry for entry in template.echo["labels"] if entry["labelId"] != label.id]
        world.save(template)
    world.remove(label)
    return True


ACTIONS = (
    Action(
        ROUTE,
        "CreatePromptLabel",
        {"name": need(listing(text(1), 1, 10))},
        {"labels": [{"labelName": "str", "labelId": "str"}]},
        create_labels,
    ),
    Action(
        ROUTE,
        "DescribePromptLabels",
        PAGE_FIELDS,
        {"items": [_LABEL], "pageInfo": PAGE_INFO},
        describe_labels,
    ),
    Action(ROUTE, "DeletePromptLabel", {"labelId": need(text())}, "bool", delete_label),
)
KINDS = (Kind(LABEL, LABEL_FORM, view_label, name_key="labelName"),)
