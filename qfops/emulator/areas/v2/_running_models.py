"""Which services run which model, and what is deployed on which compute unit.

A small module of its own, because models, units and services all ask it; it changes nothing.
"""

from qfops.emulator.vocabulary.errors import ApiError
from qfops.emulator.world.world import Item, World

SERVICE = "Service"
RESOURCE = "ServiceResource"
RUN_STATUSES = ("New", "Deploying", "Serving", "Failed", "Stopped")


def run_status(world: World, service: Item) -> str:
    """Return where a service is in its life."""
    life = service.life
    if "runStatus" in service.forced:
        return str(service.forced["runStatus"])
    if life["stopped"] is not None and world.now >= life["stopped"]:
        return "Stopped"
    if world.now < life["deploying"]:
        return "New"
    if world.now < life["deployed"]:
        return "Deploying"
    return "Failed" if life["fails"] else "Serving"


def alive(world: World, service: Item) -> bool:
    """Say whether a service holds its name, its model and its units."""
    return run_status(world, service) != "Stopped"


def require_free(world: World, model: Item) -> None:
    """Refuse when a service that is not stopped runs the model, or is just leaving it."""
    for service in world.mentioning(SERVICE, model.id):
        if alive(world, service) and model.id in _models_of(world, service):
            raise ApiError("ResourceInUse", f"model {model.id} is used by service {service.id}")


def updating(world: World, service: Item) -> bool:
    """Say whether a modification of a service is under way."""
    update = service.life["update"]
    return update is not None and world.now < update["until"]


def _models_of(world: World, service: Item) -> set[str]:
    models = {service.echo["modelId"]}
    if updating(world, service):
        models.add(service.life["update"]["before"]["modelId"])
    return models


def deployed_on(world: World, unit_id: str) -> list[tuple[Item, int]]:
    """Return the live services on a compute unit and how many of its units each takes."""
    found = []
    for service in world.mentioning(SERVICE, unit_id):
        replicas = service.life["replicas"].get(unit_id, 0)
        if replicas and alive(world, service):
            found.append((service, replicas * service.life["unitsPerReplica"]))
    return found
