"""A small world of kinds that exist in no console, and a project folder to write their manifests into."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from qfops.core.diagnostics import Diagnostic
from qfops.core.errors import InputError
from qfops.core.resource import Resource
from qfops.core.values import JSON
from qfops.kinds.base import Identity, Kind, Output, ProjectView, Ref, Search
from qfops.kinds.findings import Finding
from qfops.kinds.operations import Listing, Operation, Repeat
from qfops.kinds.registry import Registry
from qfops.manifests import Loaded, load_project, validate_project

CREATE = {"create": Operation("Create", Repeat.LOOK_UP, sends="all")}
ANYWHERE = Search(scope="", match=("boxName",))


def check_lid(resource: Resource, project: ProjectView) -> Iterator[Finding]:
    """A lid goes on a box that is open."""
    box = project.follow(resource.attributes.get("boxId"))
    if box is not None and box.attributes.get("open") is not True:
        yield Finding("boxId", f"{box.address} is not open", f"Add open: true to {box.address}.")


def kind(name: str, version: str = "v2", **more: object) -> Kind:
    """A kind with what every kind must have."""
    id_output = f"{name.lower()}Id"
    needed: dict[str, object] = {
        "route": f"/{name}",
        "summary": name,
        "id": (id_output,),
        "outputs": (Output(id_output, "Id."), Output("versionId", "Id of the version.")),
        "operations": CREATE,
        "listing": Listing("List", items="items"),
        "rules": (),
        "search": ANYWHERE,
    }
    return Kind(name=name, version=version, **{**needed, **more})  # type: ignore[arg-type]


BOX = kind("Box", identity=Identity(("boxName",), enforced_by="us", why="nobody could tell them apart"))
OLD_BOX = kind("Box", version="v1")
PAIR = kind("Pair", id=("pairId", "versionId"), outputs=(Output("pairId", "Id."), Output("versionId", "Id.")))
LID = kind(
    "Lid",
    references=(
        Ref("boxId", ("Box.boxId", "v1/Box.boxId"), relation="container"),
        Ref("parts[*].id", ("Box.boxId", "Box.versionId", "Lid.lidId")),
    ),
    checks=(check_lid,),
)

TEXT: dict[str, JSON] = {"type": "string", "minLength": 1}
BOX_SCHEMA: dict[str, JSON] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["boxName"],
    "properties": {
        "boxName": {
            "type": "string",
            "description": "Name, 2 to 20 characters.",
            "minLength": 2,
            "maxLength": 20,
        },
        "size": {"type": "integer", "description": "Size in litres.", "minimum": 1, "maximum": 9},
        "open": {"type": "boolean"},
        "note": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": True, "maxItems": 3},
        "config": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"rate": {"type": "number"}, "mode": {"enum": ["fast", "slow"]}},
        },
        "free": {"type": "object"},
    },
}
LID_SCHEMA: dict[str, JSON] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["boxId"],
    "properties": {
        "boxId": {**TEXT, "description": "The box."},
        "color": {"type": "string"},
        "parts": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": False, "properties": {"id": TEXT}},
        },
    },
}
SCHEMAS = {"v2/Box": BOX_SCHEMA, "v1/Box": BOX_SCHEMA, "v2/Pair": BOX_SCHEMA, "v2/Lid": LID_SCHEMA}


def registry(folder: Path) -> Registry:
    """The fake kinds, their schemas written below `folder`."""
    for name, schema in SCHEMAS.items():
        path = folder / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema), encoding="utf-8")
    return Registry([BOX, OLD_BOX, PAIR, LID], folder)


def line(item: Diagnostic) -> str:
    """A finding on one line: place, code, address and path, then its sentences."""
    where = f"{item.address or '-'} {item.path or '-'}"
    sentences = " | ".join(part for part in (item.summary, item.detail, item.remedy) if part)
    mark = "" if item.severity == "error" else "warning "
    return f"{item.location or '-'} {mark}{item.code} {where}: {sentences}"


class Folder:
    """A project folder; `write` puts files into it, the others look at it through the public functions."""

    def __init__(self, root: Path, registry: Registry) -> None:
        self.root, self.registry = root, registry
        self.write("qfops.yaml", "name: demo\n")
        (root / "manifests").mkdir()

    def write(self, name: str, text: str | bytes) -> Path:
        """Write a file, its text without common indentation."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(dedent(text).removeprefix("\n"), encoding="utf-8")
        return path

    def manifest(self, text: str) -> None:
        """Write `manifests/a.yaml`."""
        self.write("manifests/a.yaml", text)

    def load(
        self,
        environment: str | None = None,
        variables: Mapping[str, str] | None = None,
        env_variables: Mapping[str, str] | None = None,
        paths: Sequence[Path] = (),
    ) -> Loaded:
        """load_project on this folder."""
        return load_project(
            self.root,
            environment=environment,
            variables=variables or {},
            env_variables=env_variables or {},
            registry=self.registry,
            paths=paths,
        )

    def errors(self, environment: str | None = None, **variables: str) -> list[str]:
        """What load_project finds wrong, a line each; the warnings when nothing is."""
        try:
            return [line(item) for item in self.load(environment, variables).diagnostics]
        except InputError as error:
            return [line(item) for item in error.diagnostics]

    def validate(self, environment: str | None = None, paths: Sequence[Path] = ()) -> list[str]:
        """validate_project on this folder, a line each."""
        found = validate_project(
            self.root,
            environment=environment,
            variables={},
            env_variables={},
            registry=self.registry,
            paths=paths,
        )
        return [line(item) for item in found]

    def one(self, **variables: str) -> Resource:
        """The only resource of the project."""
        (resource,) = self.load(variables=variables).resources.values()
        return resource


def box(spec: str, name: str = "b") -> str:
    """A manifest of a Box on five lines; its spec in flow style stands on the last one."""
    return f"apiVersion: qianfan/v2\nkind: Box\nmetadata:\n  name: {name}\nspec: {spec}\n"


def lid(spec: str, name: str = "l") -> str:
    """A manifest of a Lid on five lines."""
    return box(spec, name).replace("kind: Box", "kind: Lid")
