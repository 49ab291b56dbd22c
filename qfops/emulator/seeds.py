"""What the platform supplies to everybody, and the account every new console starts with.

The keys of that account are constants, printed in the documentation: they open nothing but an emulator.
"""

import sqlite3

from qfops.emulator.areas.v2._support_models import MODELS
from qfops.emulator.areas.v2.labels import COLOR, LABEL, TEMPLATE
from qfops.emulator.areas.v2.model_sets import MODEL, SET
from qfops.emulator.areas.v2.presets import PRESET
from qfops.emulator.vocabulary.fields import JsonObject
from qfops.emulator.vocabulary.knobs import Knobs
from qfops.emulator.world.world import SHARED, World

EMBEDDED_ACCOUNT = "embedded"
EMBEDDED_ACCESS_KEY = "ALTAK-qfops-emulator-public"
EMBEDDED_SECRET_KEY = "0123456789abcdef0123456789abcdef"  # noqa: S105 (public, and worthless outside)


def plant_account(connection: sqlite3.Connection) -> None:
    """Add the built-in account and its keys."""
    connection.execute("INSERT OR IGNORE INTO accounts VALUES (?)", (EMBEDDED_ACCOUNT,))
    connection.execute(
        "INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?)",
        (EMBEDDED_ACCESS_KEY, EMBEDDED_SECRET_KEY, EMBEDDED_ACCOUNT, '["*"]'),
    )


def plant_platform(connection: sqlite3.Connection, now: float) -> None:
    """Add the platform's templates, labels, model sets and services, once."""
    if connection.execute("SELECT 1 FROM objects WHERE account = ? LIMIT 1", (SHARED,)).fetchone():
        return
    world = World(connection, SHARED, now, Knobs())
    for number, family in enumerate(sorted({model.family for model in MODELS.values()})):
        _plant_models(world, number, family)
    for number, name in enumerate(("ERNIE-4.0-8K", "ERNIE-Speed-8K", "ERNIE-Lite-8K")):
        _plant_service(world, number, name)
    label = world.add(LABEL, "pl-system0000000001", {"labelName": "writing"}, name="writing")
    for number, (name, content) in enumerate(
        (
            ("summary", "Sum up in {count} sentences: {article}"),
            ("translation", "Translate into {language}: {article}"),
        )
    ):
        entry = {"labelId": label.id, "labelName": "writing", "color": COLOR}
        names = [part.split("}")[0] for part in content.split("{")[1:]]
        echo = {
            "templateName": name,
            "templateContent": content,
            "variableIdentifier": "{}",
            "templateVariables": names,
            "sceneType": "TextToText",
            "labels": [entry],
            "hyperParameters": {},
        }
        world.add(TEMPLATE, f"pt-system000000000{number}", echo, name=name, life={"modified": now})


def _plant_models(world: World, number: int, family: str) -> None:
    echo = {
        "modelSetName": family,
        "modelType": "Text2Text",
        "labels": [],
        "description": f"The models of {family}.",
    }
    life = {"models": 0, "family": family, "modified": world.now}
    model_set = world.add(SET, f"am-system{number:06d}", echo, name=family, life=life)
    members = [model.name for model in MODELS.values() if model.family == family]
    for position, name in enumerate(members):
        member: JsonObject = {
            "modelName": name,
            "model": name,
            "sourceInfo": {"sourceType": "PlatformPreset"},
            "description": "",
            "modelApplicationType": "chat",
        }
        form = f"amv-system{number:03d}{position:03d}"
        born: JsonObject = {"ready": world.now, "fails": False}
        world.add(MODEL, form, member, name=name, parent=model_set.id, life=born)


def _plant_service(world: World, number: int, name: str) -> None:
    endpoint = name.lower()
    echo = {
        "name": name,
        "endpoint": endpoint,
        "url": f"https://aip.baidubce.com/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/{endpoint}",
        "serviceType": "chat",
        "chargeType": "Calls",
        "chargeStatus": "Opened",
    }
    world.add(PRESET, f"svcp-system{number:06d}", echo, name=name)
