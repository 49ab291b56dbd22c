from __future__ import annotations

import re

import pytest

from qfops.core.errors import QfopsError
from qfops.core.values import JSON
from qfops.kinds.base import Identity, Kind, Output, Ref, Search
from qfops.kinds.operations import Listing, Operation, Repeat
from qfops.kinds.rules import append_only, immutable, one_way, updatable
from qfops.render.reports.explain import explain

SCHEMA: dict[str, JSON] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "description": "名称 of the thing.", "minLength": 1, "maxLength": 9},
        "mode": {"enum": ["fast", "slow"], "default": "slow", "x-source": "console API, CreateThing"},
        "publish": {"type": "boolean"},
        "import": {
            "type": "array",
            "maxItems": 3,
            "items": {"type": "object", "properties": {"file": {"type": "string"}}},
        },
        "config": {
            "type": "object",
            "required": ["versionId"],
            "properties": {
                "versionId": {"type": ["string", "null"]},
                "rate": {"type": "number", "exclusiveMinimum": 0},
            },
        },
    },
}
KIND = Kind(
    name="Thing",
    route="/v2/things",
    summary="A thing.",
    id=("thingId",),
    outputs=(Output("thingId", "Its id."),),
    operations={
        "create": Operation("CreateThing", Repeat.LOOK_UP),
        "modify": Operation("ModifyThing", Repeat.SAFE),
        "import": Operation("ImportThing", Repeat.LOOK_UP),
        "publish": Operation("PublishThing", Repeat.SAFE),
    },
    listing=Listing("DescribeThings", "items"),
    rules=(
        updatable("name", by="modify", why="it may be renamed", no_reset="it needs a name"),
        updatable(
            "mode", by="modify", why="it may be tuned", reset="slow", server_default=("slow",), set_of=""
        ),
        append_only("import", by="import", why="rows stay", on_change="blocked"),
        one_way("publish", by="publish", why="no call takes it back"),
        immutable("config", why="decided when it is made"),
    ),
    search=Search("", ("name",)),
    references=(Ref("config.versionId", ("Dataset.versionId", "v1/Dataset.datasetId"), waits_for="created"),),
    identity=Identity(("name",), "us", "programs look for it"),
    left="its labels stay",
)


def test_a_kind_and_its_fields() -> None:
    assert explain(KIND, SCHEMA).splitlines() == [
        "qianfan/v2 Thing",
        "  A thing.",
        "",
        "  identity    name, kept unique by qfops",
        "  outputs     thingId",
        "  ends by     delete; its labels stay",
        "",
        "fields",
        "  name     string, must be given, updatable",
        "  mode     any value, updatable",
        "  publish  boolean, one_way",
        "  import   list of object, append_only",
        "  config   object, immutable",
    ]


@pytest.mark.parametrize(
    ("path", "lines"),
    [
        (
            "name",
            [
                "Thing.name",
                "  名称 of the thing.",
                "",
                "  type        string, must be given",
                "  allowed     not empty; at most 9 characters",
                "  on change   edited in place by ModifyThing: it may be renamed",
                "  on removal  not reset: it needs a name",
            ],
        ),
        (
            "mode",
            [
                "Thing.mode",
                "  type        any value",
                "  allowed     fast, slow",
                "  default     slow",
                "  on change   edited in place by ModifyThing: it may be tuned",
                "  on removal  reset to slow",
                "  left out    the console may fill in slow",
                "  order       does not matter",
                "  source      console API, CreateThing",
            ],
        ),
        (
            "config.versionId",
            [
                "Thing.config.versionId",
                "  type        string or null, must be given",
                "  reference   {ref: …} to Dataset.versionId or v1/Dataset.datasetId; waits until it is "
                "created",
                "  on change   an edit makes a new object in place of this one: decided when it is made",
                "              as config, which it is part of",
            ],
        ),
        (
            "import[0]",
            [
                "Thing.import[*]",
                "  type        object",
                "  on change   items may be added by ImportThing: rows stay",
                "              as import, which it is part of",
                "              a removed or changed item means blocked",
                "  drift       cannot be seen: the console does not show the value",
                "",
                "fields",
                "  import[*].file  string, append_only",
            ],
        ),
        (
            "publish",
            [
                "Thing.publish",
                "  type        boolean",
                "  on change   goes one way only: false to true, or a higher number by PublishThing: "
                "no call takes it",
                "              back",
            ],
        ),
    ],
)
def test_a_field(path: str, lines: list[str]) -> None:
    assert explain(KIND, SCHEMA, path).splitlines() == lines


def test_an_item_is_found_with_and_without_its_index() -> None:
    assert explain(KIND, SCHEMA, "import[*].file") == explain(KIND, SCHEMA, "import[3].file")


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("nam", 'Did you mean "name"?'),
        ("config.rat", 'Did you mean "rate"?'),
        ("name.more", "All fields: qfops explain Thing"),
        ("config[0]", "All fields: qfops explain Thing"),
        ("a..b", "Look at qfops explain Thing"),
    ],
)
def test_a_field_that_is_not_there_is_an_error_with_the_nearest_name(path: str, remedy: str) -> None:
    with pytest.raises(QfopsError) as caught:
        explain(KIND, SCHEMA, path)
    assert caught.value.remedy == remedy


def test_every_field_of_every_kind_can_be_explained() -> None:
    from qfops.kinds.registry import Registry, discover

    registry = Registry(discover())
    for key, kind in registry.kinds.items():
        schema = registry.schema(key)
        paths = re.findall(r"^  (\S+)  ", explain(kind, schema).partition("\nfields\n")[2], re.MULTILINE)
        assert paths
        for path in paths:
            assert explain(kind, schema, path).startswith(f"{kind.name}.{path}\n")
