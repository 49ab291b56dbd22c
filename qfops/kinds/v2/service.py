"""Services: a model at a URL. They cost money while they run, and the console API cannot delete them.

The model behind a service, its replicas on each unit and (upwards) the compute that it bought can be changed;
everything else is a new service with a new URL.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from qfops.core.observation import Phase
from qfops.core.resource import Resource
from qfops.core.values import JSON
from qfops.kinds.base import (
    Identity,
    IdForm,
    Kind,
    Output,
    ProjectView,
    Readiness,
    Ref,
    Search,
    StatusField,
)
from qfops.kinds.findings import Finding
from qfops.kinds.operations import Buys, CallValues, Listing, Operation, Part, Read, Repeat
from qfops.kinds.rules import create_only, immutable, one_way, updatable

_FIXED = "no call changes it: another value is another service, with another URL"
_HIDDEN = f"{_FIXED}; not echoed"
LONGEST_DOCUMENTED = 20
_KEY = {"serviceId": "serviceId"}
_SERVING = {"runStatus": ("Serving",), "updateStatus": ("None",)}


_COMPUTE = Buys(
    amount="resourceConfig.replicasCount",
    unit="resourceConfig.type",
    timing="billing.paymentTiming",
    given_back=("Postpaid",),
    term="billing.reservation",
    unless=("billing.chargeType", "Tokens"),
    learns="instanceId",
)


def purchase_body(call: CallValues) -> dict[str, JSON] | Finding:
    """What PurchaseComputeUnit wants: the replicas that are missing, paid for as the first ones were.

    A finding when it cannot be told how many there are, or when none is missing: nothing is bought on a
    guess.
    """
    wanted, present = _replicas(call.attributes), _replicas(call.live)
    if wanted is None or present is None or wanted <= present:
        return Finding(
            "resourceConfig.replicasCount",
            f"The service has {present or 'an unknown number of'} replicas, and {wanted} are wanted.",
            "Nothing was bought. Plan again.",
        )
    body: dict[str, JSON] = {"serviceId": call.outputs["serviceId"], "replicasCount": wanted - present}
    billing = call.attributes.get("billing")
    if isinstance(billing, dict):
        body["billing"] = {key: value for key, value in billing.items() if key != "chargeType"}
    return body


def _replicas(attributes: Mapping[str, JSON]) -> int | None:
    config = attributes.get("resourceConfig")
    count = config.get("replicasCount") if isinstance(config, dict) else None
    return count if isinstance(count, int) else None


def decode(item: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """An answer in today's terms: older ones call the set `modelId` and the model `modelVersionId`."""
    shown = dict(item)
    if item.get("modelVersionId") is not None:
        shown["modelSetId"] = item.get("modelSetId", item.get("modelId"))
        shown["modelId"] = item["modelVersionId"]
    if "resourceConfig" in item:
        shown["replicasCount"] = _replicas(item)
    return shown


def check_model(resource: Resource, project: ProjectView) -> Iterator[Finding]:
    """The model that answers belongs to the model set that is named beside it."""
    ours = project.follow(resource.attributes.get("modelSetId"))
    model = project.follow(resource.attributes.get("modelId"))
    theirs = project.follow(model.attributes.get("modelSetId")) if model else None
    if ours and model and theirs and ours.address != theirs.address:
        yield Finding(
            "modelId",
            f"{model.address} belongs to {theirs.address}, not to {ours.address}",
            f"Set modelSetId: {{ref: {theirs.address}}}, or refer to a model of {ours.address}.",
        )


def check_compute(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """A service runs on units that are owned, or on compute that is bought for it, never on both."""
    if "deploymentConfig" not in resource.attributes:
        return
    for other in ("resourceConfig", "billing"):
        if other in resource.attributes:
            yield Finding(
                other,
                f"{other} buys compute, deploymentConfig uses units that you own; only one may be given",
                f"Remove {other}, or remove deploymentConfig.",
            )


def check_lengths(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """The console's pages allow 20 characters, and longer names have been seen: no error."""
    for path in ("name", "urlSuffix"):
        value = resource.attributes.get(path)
        if isinstance(value, str) and len(value) > LONGEST_DOCUMENTED:
            yield Finding(
                path,
                f"{path} has {len(value)} characters; the console's pages allow {LONGEST_DOCUMENTED}",
                f"If the console refuses it, write at most {LONGEST_DOCUMENTED} characters.",
                severity="warning",
            )


def check_units(resource: Resource, _project: ProjectView) -> Iterator[Finding]:
    """Every unit is named once: two numbers of replicas on one unit contradict each other."""
    config = resource.attributes.get("deploymentConfig")
    units = config.get("deploymentComputeUnitList") if isinstance(config, dict) else None
    seen: set[str] = set()
    for index, unit in enumerate(units if isinstance(units, list) else ()):
        name = unit.get("instanceId") if isinstance(unit, dict) else None
        if isinstance(name, str) and name in seen:
            yield Finding(
                f"deploymentConfig.deploymentComputeUnitList[{index}].instanceId",
                f"{name} stands in the list twice",
                "Write it once, with the replicas that it shall have.",
            )
        seen |= {name} if isinstance(name, str) else set()


KIND = Kind(
    name="Service",
    route="/v2/service",
    summary="A model at a URL.",
    id=("serviceId",),
    outputs=(
        Output("serviceId", "Id of the service, svco-….", IdForm("svco-", 12)),
        Output("instanceId", "Id of the compute that was bought with the service.", IdForm()),
        Output("url", "Where the service answers."),
        Output("endpoint", "Last part of the URL, where the console shows it."),
        Output("replicasCount", "Replicas that were bought for the service."),
        Output("raisedIds", "Ids of the compute that was bought by raising replicasCount."),
    ),
    operations={
        "create": Operation(
            "CreateService", Repeat.LOOK_UP, sends="all", billable=True, until=_SERVING, buys=_COMPUTE
        ),
        "modify": Operation(
            "ModifyService",
            Repeat.SAFE,
            keys=_KEY,
            sends="changed",
            requires=("modelSetId", "modelId"),
            until=_SERVING,
        ),
        "scale": Operation("ScaleService", Repeat.SAFE, keys=_KEY, sends="keyed", until=_SERVING),
        "purchase": Operation(
            "PurchaseComputeUnit",
            Repeat.LOOK_UP,
            route="/v2/serviceresources",
            keys=_KEY,
            billable=True,
            counters=("replicasCount",),
            until=_SERVING,
            encode=purchase_body,
            # that the answer names it is inferred from the calls that need the id later
            buys=replace(_COMPUTE, learns="raisedIds", key="instanceId"),
        ),
        "deactivate": Operation(
            "DeactivateService", Repeat.SAFE, keys=_KEY, until={"runStatus": ("Stopped",)}
        ),
        "release": Operation(
            "ReleaseComputeUnit",
            Repeat.SAFE,
            route="/v2/computeunit",
            keys={"instanceId": "instanceId"},
            when=("billing.paymentTiming", "Postpaid"),
            also="raisedIds",
        ),
    },
    listing=Listing("DescribeServices", items="serviceList"),
    read=Read("DescribeService", keys=_KEY),
    references=(
        Ref("modelSetId", ("ModelSet.modelSetId",), waits_for="created", relation="holds"),
        Ref("modelId", ("Model.modelId",), relation="holds"),
    ),
    # Only the answer to CreateService names what was bought; this list makes up for a lost one.
    part=Part(
        Listing(
            "DescribeComputeUnits",
            items="instances",
            scope="serviceId",
            route="/v2/serviceresources",
            body={"maxKeys": None},
        ),
        key="instanceId",
        owned_when=(),
    ),
    readiness=Readiness(
        fields=(
            StatusField(
                "runStatus",
                ready=("Serving",),
                going=("New", "Deploying"),
                failed=("Failed",),
                stopped=("Stopped",),
                final=("Failed", "Stopped"),
            ),
            # The API names only the word for "no update running".
            StatusField("updateStatus", ready=("None",), final=("None",), otherwise=Phase.GOING),
        ),
        limit=2 * 3600.0,
    ),
    identity=Identity(
        ("name",),
        enforced_by="console",
        why="the console is taken to refuse a second running service of one name",
        released=("Stopped",),
    ),
    also_unique=(
        Identity(
            ("urlSuffix",),
            enforced_by="console",
            why="the console is taken to refuse a second running service of one URL",
            released=("Stopped",),
        ),
    ),
    search=Search(scope="", match=("name",)),
    rules=(
        updatable("modelSetId", by="modify", why="goes with modelId", no_reset="a service needs a model"),
        updatable(
            "modelId", by="modify", why="ModifyService exchanges it", no_reset="a service needs a model"
        ),
        immutable("name", why=_FIXED),
        immutable("urlSuffix", why=_HIDDEN, write_only=True),
        create_only("description", why="the console API has no call that changes a service's description"),
        immutable("resourceConfig", why=_FIXED),
        one_way(
            "resourceConfig.replicasCount",
            by="purchase",
            why="replicas can be bought and not given back in part",
        ),
        immutable("billing", why=_HIDDEN, write_only=True),
        immutable("deploymentConfig", why=_HIDDEN, write_only=True),
        updatable(
            "deploymentConfig.deploymentComputeUnitList",
            by="scale",
            why="ScaleService sets the replicas on one unit; 0 takes the unit away; not echoed",
            reset=0,
            write_only=True,
            set_of="instanceId",
        ),
        immutable("protocolVersion", why=_HIDDEN, write_only=True),
    ),
    end="deactivate",
    left="The console API cannot delete services: the stopped one stays in the list.",
    defaults={
        "description": "",
        "billing.reservation.autoRenew": False,
        "billing.reservation.autoRenewTimeUnit": "Month",
        "billing.reservation.autoRenewTime": 1,
    },
    decode=decode,
    checks=(check_model, check_compute, check_lengths, check_units),
)
