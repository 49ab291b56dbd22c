"""What is bought: said before, kept in state by its id, given back by destroy; for good only with a word."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qfops.core.address import Address
from qfops.core.plan.actions import Action, Need
from qfops.core.plan.plan import Plan
from qfops.core.plan_options import PlanOptions, Scope
from qfops.core.values import ABSENT, JSON, Value
from qfops.emulator.areas.v2._running_models import RESOURCE
from qfops.kinds.registry import Registry
from qfops.planning.policy import Approval
from qfops.reconcile.journal import Journal
from qfops.render.text.plan import plan_text
from qfops.state import Owner
from tests.support.bench import AUTO, WHOLE, Bench, actions, find, trouble
from tests.support.project import deployed, service

SERVICE = "Service/faq"
PREPAID: dict[str, Value] = {
    "paymentTiming": "Prepaid",
    "reservation": {"reservationTimeUnit": "Month", "reservationLength": 3, "autoRenew": True},
}
POSTPAID: dict[str, Value] = {"paymentTiming": "Postpaid", "chargeType": "ComputingUnit"}
TOKENS: dict[str, Value] = {"paymentTiming": "Postpaid", "chargeType": "Tokens"}
END = PlanOptions(scope=Scope.DESTROY)
PURCHASE = Approval(auto=True, allow=frozenset({Need.PURCHASE}))
STOPPED = "The console API cannot delete services: the stopped one stays in the list."
FOR_GOOD = "prepaid for 3 Month, renewed automatically: no call gives it back"


def _declared(bench: Bench, **spec: Value) -> None:
    bench.declare(*deployed()[:2], service("Model/faq-base", **spec))  # type: ignore[arg-type]


def _raised(bench: Bench, count: int) -> None:
    bench.edit(SERVICE, resourceConfig={"type": "GPU-1-2", "replicasCount": count, "region": "bj"})


def _said(plan: Plan) -> str:
    return " ".join(plan_text(plan).split())


def _units(bench: Bench) -> dict[str, str]:
    """The compute that was bought for services, with its status."""
    return {str(unit["id"]): str(unit["status"]) for unit in bench.emulator.objects(RESOURCE)}


def _known(bench: Bench) -> JSON:
    return bench.state().entries[Address.parse(SERVICE)].outputs["raisedIds"]


def test_a_prepaid_service_needs_a_word_of_its_own(bench: Bench) -> None:
    """--auto-approve makes the rest; the plan says what is bought, and that there is no way back."""
    _declared(bench, billing=PREPAID)
    plan = bench.plan()
    assert find(plan, SERVICE).needs == (Need.PURCHASE,)
    assert f"buys 1 × GPU-1-2, {FOR_GOOD}" in _said(plan)
    assert "BUYS 1 FOR GOOD" in _said(plan)
    assert "needs --allow purchase" in _said(plan)
    assert trouble(bench.apply(AUTO)) == [f"refused: {SERVICE}: it needs --allow purchase"]
    assert "CreateService" not in bench.writes()
    assert trouble(bench.apply(PURCHASE)) == []
    assert bench.writes().count("CreateService") == 1


def test_the_digest_covers_a_purchase(bench: Bench) -> None:
    _declared(bench, billing=PREPAID)
    assert trouble(bench.apply(WHOLE, expected=bench.plan().digest)) == []


def test_extra_decides_what_is_sent_and_so_what_is_bought(bench: Bench) -> None:
    """It is laid over the attributes, so a reservation there is one."""
    _declared(bench, extra={"billing": PREPAID})
    assert find(bench.plan(), SERVICE).needs == (Need.PURCHASE,)


def test_postpaid_compute_is_billed_until_it_is_released(bench: Bench) -> None:
    """Auto-approve covers it; the ids stand in state, and destroy gives all of it back."""
    _declared(bench)
    assert "buys 1 × GPU-1-2: billed until released" in _said(bench.plan())
    assert trouble(bench.apply(AUTO)) == []
    _raised(bench, 2)
    assert "buys 1 more × GPU-1-2: billed until released" in _said(bench.plan())
    assert trouble(bench.apply(AUTO)) == []
    _raised(bench, 4)
    assert trouble(bench.apply(AUTO)) == []
    first = bench.state().entries[Address.parse(SERVICE)].outputs["instanceId"]
    ids = _known(bench)
    assert isinstance(ids, list)
    assert {str(first), *map(str, ids)} == set(_units(bench))
    assert len(ids) == 2
    plan = bench.plan(END)
    assert find(plan, SERVICE).ends.left == (STOPPED, "Nothing of it stays billed.")
    assert trouble(bench.apply(WHOLE, END)) == []
    assert set(_units(bench).values()) == {"Released"}
    assert actions(bench.plan(END)) == {}


def test_a_prepaid_raise_needs_the_word_too(bench: Bench) -> None:
    """And destroy names what it cannot give back, with its ids."""
    _declared(bench, billing=PREPAID)
    assert trouble(bench.apply(WHOLE)) == []
    _raised(bench, 3)
    plan = bench.plan()
    assert find(plan, SERVICE).needs == (Need.PURCHASE,)
    assert f"buys 2 more × GPU-1-2, {FOR_GOOD}" in _said(plan)
    assert trouble(bench.apply(AUTO)) == [f"refused: {SERVICE}: it needs --allow purchase"]
    assert trouble(bench.apply(PURCHASE)) == []
    (left,) = (text for text in find(bench.plan(END), SERVICE).ends.left if "billed" in text)
    assert all(unit in left for unit in _units(bench))
    assert len(_units(bench)) == 2
    assert "no call gives it back" in left
    assert trouble(bench.apply(WHOLE, END)) == []
    assert "ReleaseComputeUnit" not in bench.writes()


def test_a_replacement_that_is_prepaid_needs_both_words(bench: Bench) -> None:
    _declared(bench)
    assert trouble(bench.apply(AUTO)) == []
    bench.edit(SERVICE, name="faq-two", urlSuffix="faq-two", billing=PREPAID)
    change = find(bench.plan(), SERVICE)
    assert change.action is Action.REPLACE
    assert change.needs == (Need.REPLACE, Need.PURCHASE)


@pytest.mark.parametrize("terms", [{"billing": TOKENS, "resourceConfig": ABSENT}, {"billing": TOKENS}])
def test_where_tokens_are_paid_for_nothing_is_bought(bench: Bench, terms: dict[str, Value]) -> None:
    """Nothing is billed after its end, and nobody says so."""
    _declared(bench, **terms)
    assert find(bench.plan(), SERVICE).bought == ()
    assert trouble(bench.apply(AUTO)) == []
    left = find(bench.plan(END), SERVICE).ends.left
    assert left == (STOPPED, "Nothing of it stays billed.")


def _silent(registry: Registry) -> Registry:
    """The kinds of a console whose raises name nothing that was bought."""
    key = Address.parse(SERVICE).kind_key
    kind = registry.kinds[key]
    purchase = kind.operations["purchase"]
    assert purchase.buys is not None
    mute = replace(purchase, buys=replace(purchase.buys, learns="", key=""))
    silent = replace(kind, operations={**kind.operations, "purchase": mute})
    return Registry([silent if item.key == key else item for item in registry.kinds.values()])


def test_a_raise_that_names_nothing_is_for_good(bench: Bench) -> None:
    """What cannot be named cannot be given back, however it is paid for."""
    _declared(bench)
    assert trouble(bench.apply(AUTO)) == []
    bench.registry = _silent(bench.registry)
    _raised(bench, 2)
    plan = bench.plan()
    assert find(plan, SERVICE).needs == (Need.PURCHASE,)
    assert "buys 1 more × GPU-1-2: no call gives it back" in _said(plan)
    assert trouble(bench.apply(AUTO)) == [f"refused: {SERVICE}: it needs --allow purchase"]


def test_a_raise_whose_answer_was_lost_is_named_at_the_end(bench: Bench) -> None:
    """It took effect, and its id is not known: destroy says that it stays billed."""
    _declared(bench)
    assert trouble(bench.apply(AUTO)) == []
    _raised(bench, 2)
    bench.emulator.configure(faults=[{"kind": "reset", "when": "after", "action": "PurchaseComputeUnit"}])
    assert trouble(bench.apply(AUTO)) == []
    assert _known(bench) == [""]
    left = find(bench.plan(END), SERVICE).ends.left
    told = "Compute bought once without learning its id stays billed until released in the console."
    assert left == (STOPPED, told)


def test_what_an_earlier_version_bought_is_named_at_the_end(bench: Bench) -> None:
    """Its state says nothing of raises, so nobody knows whether there was one."""
    _declared(bench, resourceConfig={"type": "GPU-1-2", "replicasCount": 2})
    assert trouble(bench.apply(AUTO)) == []

    address = Address.parse(SERVICE)

    async def forget_raises() -> None:
        session = await bench.store.begin(Owner("test", "apply"), timeout=5, notify=lambda _: None)
        entry = session.state.entries[address]
        outputs = {key: value for key, value in entry.outputs.items() if key != "raisedIds"}
        journal = Journal(session, bench.clock)
        await journal.edit_by_hand(address, "move", {address: replace(entry, outputs=outputs)})
        await session.commit()
        await session.release()

    bench.run(forget_raises())
    left = find(bench.plan(END), SERVICE).ends.left
    told = "If an earlier version of qfops raised it, what that bought has no known id: it stays billed."
    assert left == (STOPPED, told)
