"""`metadata`: names, labels, dependencies, lifecycle."""

from __future__ import annotations

from datetime import date

import pytest

from qfops.core.resource import Ignore, Lifecycle
from tests.unit.manifests.fakes import Folder

NAME_TEXT = "Lower-case letters, digits and inner hyphens, at most 63."


def write(folder: Folder, metadata: str) -> None:
    folder.manifest(f"apiVersion: qianfan/v2\nkind: Box\nmetadata: {metadata}\nspec: {{boxName: bb}}\n")


def test_what_can_be_said(folder: Folder) -> None:
    write(
        folder,
        "{name: b, labels: {team: 客服}, lifecycle: {protect: true, onRemove: retire,"
        " onReplace: delete, ignore: ["
        "{path: note, reason: by hand, until: 2027-01-31}, {path: config.rate}, {path:"
        " 'free.any.thing'}, {path: 'tags[0]'}, {path: note, value: null},"
        " {path: note, value: {a: [0.5, false, '$${x}']}}, {path: config.rate, value: 0}]}}",
    )
    resource = folder.one()
    assert resource.labels == {"team": "客服"}
    assert resource.lifecycle == Lifecycle(
        protect=True,
        ignore=(
            Ignore("note", "by hand", date(2027, 1, 31)),
            Ignore("config.rate"),
            Ignore("free.any.thing"),
            Ignore("tags[0]"),
            Ignore("note", value=None),
            Ignore("note", value={"a": [0.5, False, "${x}"]}),
            Ignore("config.rate", value=0),
        ),
        on_remove="retire",
        on_replace="delete",
    )


def test_what_is_left_out_has_its_default(folder: Folder) -> None:
    write(folder, "{name: b}")
    resource = folder.one()
    assert (resource.labels, resource.lifecycle, resource.depends_on) == ({}, Lifecycle(), ())


NAME_RULE = "A name has lower-case letters, digits and inner hyphens, at most 63 characters."


@pytest.mark.parametrize("name", ["B", "a_b", "-a", "a-", "千帆", "a" * 64, "a.b"])
def test_names_have_a_rule(folder: Folder, name: str) -> None:
    write(folder, f"{{name: {name}}}")
    assert folder.errors() == [
        f'manifests/a.yaml:3:12 bad-name - metadata.name: "{name}" is not a name | {NAME_RULE} | Rename it.'
    ]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ("{}", f"3:1 missing-key - metadata.name: name is missing | {NAME_TEXT} | Add name."),
        (
            "{name: 12}",
            f"3:12 wrong-type - metadata.name: a text is wanted here, not the number 12 | {NAME_TEXT}"
            ' | Put it in quotes: "12".',
        ),
        (
            "{name: b, label: {}}",
            '3:21 unknown-key Box/b metadata.label: unknown key "label"'
            ' | Also allowed here: dependsOn, forEach, labels, lifecycle. | Did you mean "labels"?',
        ),
        (
            "{name: b, labels: {a: 5}}",
            "3:30 wrong-type Box/b metadata.labels.a: a text is wanted here, not the number 5"
            ' | Put it in quotes: "5".',
        ),
        (
            "{name: b, dependsOn: Box/c}",
            '3:21 wrong-type Box/b metadata.dependsOn: a list is wanted here, not the text "Box/c"'
            " | Resources that come first although no value is taken from them: `Kind/name`."
            " | Write it as a list: [Box/c].",
        ),
        (
            "{name: b, dependsOn: [c]}",
            "3:33 bad-address Box/b metadata.dependsOn[0]:"
            " 'c' is not an address; write Kind/name, for example Dataset/faq-train",
        ),
        (
            "{name: b, lifecycle: {protected: true}}",
            '3:33 unknown-key Box/b metadata.lifecycle.protected: unknown key "protected"'
            ' | Also allowed here: ignore, onRemove, onReplace, protect. | Did you mean "protect"?',
        ),
        (
            "{name: b, lifecycle: {onRemove: keep}}",
            '3:33 wrong-value Box/b metadata.lifecycle.onRemove: "keep" is not allowed here'
            ' | Allowed: "delete", "retire", "forget".',
        ),
        (
            "{name: b, lifecycle: {ignore: [{path: nota}]}}",
            "3:43 wrong-value Box/b metadata.lifecycle.ignore[0].path:"
            ' the kind has no attribute "nota" | Did you mean "note"?',
        ),
        (
            "{name: b, lifecycle: {ignore: [{path: config.rat}]}}",
            "3:43 wrong-value Box/b metadata.lifecycle.ignore[0].path:"
            ' the kind has no attribute "config.rat" | Did you mean "rate"?',
        ),
        (
            "{name: b, lifecycle: {ignore: [{path: 'a['}]}}",
            "3:43 wrong-value Box/b metadata.lifecycle.ignore[0].path:"
            " 'a[' is not a path: unexpected '[' at 2",
        ),
        (
            "{name: b, lifecycle: {ignore: [{path: note, until: 2027-02-30}]}}",
            '3:55 wrong-value Box/b metadata.lifecycle.ignore[0].until: "2027-02-30" is not a day'
            " | Write it as YYYY-MM-DD, for example 2027-01-31.",
        ),
        (
            "{name: b, lifecycle: {ignore: [{path: note, until: 20270131}]}}",
            "3:55 wrong-type Box/b metadata.lifecycle.ignore[0].until:"
            " a text is wanted here, not the number 20270131"
            " | Last day in UTC, YYYY-MM-DD; without it, for good."
            ' | Put it in quotes: "20270131".',
        ),
    ],
)
def test_what_cannot_be_said(folder: Folder, metadata: str, expected: str) -> None:
    write(folder, metadata)
    assert folder.errors() == [f"manifests/a.yaml:{expected}"]


def test_a_wrong_name_hides_nothing_else(folder: Folder) -> None:
    write(folder, "{name: FAQ, dependsOn: [c]}")
    assert [text.split()[1] for text in folder.errors()] == ["bad-name", "bad-address"]


def test_limits_of_lists_and_texts(folder: Folder) -> None:
    write(folder, '{name: b, dependsOn: [Box/c, Box/c], lifecycle: {ignore: [{path: ""}]}}')
    assert [text.partition(": ")[2] for text in folder.errors()] == [
        '"Box/c" stands twice in the list'
        " | Resources that come first although no value is taken from them: `Kind/name`."
        " | Remove one of them.",
        "the text is empty; wanted are at least 1 | The attribute, for example `description`.",
    ]
