"""What state knows by address, under the addresses that moves give it."""

from __future__ import annotations

from dataclasses import replace

from qfops.core.address import Address, Location
from qfops.core.resource import Edge, Resource
from qfops.core.state.approved_plan import ApprovedPlan, OwedChange
from qfops.core.state.entry import Entry, Retired
from qfops.core.state.readdress import approved_at, entries_at
from qfops.core.values import Reference, Unknown

A, B, C = (Address("Model", name) for name in "abc")
SERVICE = Address("Service", "s")


def entry(address: Address, object_id: str | None, *depends_on: Address, retired: str = "") -> Entry:
    kept = tuple(Retired(item, {}) for item in retired.split())
    return Entry(address=address, id=object_id, dependencies=depends_on, retired=kept)


def test_an_exchange_needs_no_order() -> None:
    held = {A: entry(A, "1", retired="0"), B: entry(B, "2")}
    assert entries_at(held, {A: B, B: A}) == {B: entry(B, "1", retired="0"), A: entry(A, "2")}


def test_what_others_depend_on_is_named_by_its_new_address_in_order() -> None:
    held = {A: entry(A, "1"), B: entry(B, "2"), SERVICE: entry(SERVICE, "s", A, B)}
    assert entries_at(held, {A: C})[SERVICE].dependencies == (B, C)
    assert entries_at(held, {A: B, B: A})[SERVICE] == held[SERVICE]


def test_kept_objects_stay_where_they_are_and_are_joined() -> None:
    held = {A: entry(A, "1", retired="a"), B: entry(B, None, retired="b")}
    assert entries_at(held, {A: B}) == {B: entry(B, "1", retired="b a")}


def test_what_does_not_move_is_the_same_value() -> None:
    held = {A: entry(A, "1"), B: entry(B, "2")}
    assert entries_at(held, {}) == held
    assert entries_at(held, {A: C})[B] is held[B]
    assert entries_at(held, {C: SERVICE}) == held


def test_an_approved_plan_is_about_the_new_addresses_wherever_it_names_one() -> None:
    def owed(address: Address, **fields: Address) -> OwedChange:
        return OwedChange(address=address, action="update", digest="d", moved_from=fields.get("moved_from"))

    def wanting(target: Address) -> Resource:
        reference = Reference(target, "modelId")
        return Resource(
            SERVICE,
            {"modelId": reference, "deep": [{"x": Unknown(reference)}, {"y": 1}]},
            Location("s.yaml", 1),
            depends_on=(target, C),
            references=(Edge("modelId", reference),),
        )

    plan = ApprovedPlan(
        digest="d",
        adopt={A: "m-1"},
        changes={item.key: item for item in (owed(A), owed(SERVICE, moved_from=A))},
        resources={A: Resource(A, {"n": 1}, Location("a.yaml", 1)), SERVICE: wanting(A)},
    )
    found = approved_at(plan, {A: B})
    wanted = replace(wanting(B), attributes={"modelId": Reference(B, "modelId"),
                                             "deep": [{"x": Reference(B, "modelId")}, {"y": 1}]})  # fmt: skip
    assert found == ApprovedPlan(
        digest="d",
        adopt={B: "m-1"},
        changes={item.key: item for item in (owed(B), owed(SERVICE, moved_from=B))},
        resources={B: Resource(B, {"n": 1}, Location("a.yaml", 1)), SERVICE: wanted},
    )
