"""The billing part of a request: which fields it has and which of them belong together.

Only checked and stored; nothing is ever charged.
"""

from qfops.emulator.vocabulary.errors import invalid
from qfops.emulator.vocabulary.fields import JsonObject, boolean, integer, need, record, text

BILLING = record(
    paymentTiming=need(text(choices=("Prepaid", "Postpaid"))),
    reservation=record(
        reservationTimeUnit=need(text(choices=("Month", "Hour"))),  # the pages know Month only, the SDK both
        reservationLength=need(integer(1)),
        autoRenew=boolean(),
        autoRenewTimeUnit=text(choices=("Month",)),
        autoRenewTime=integer(1, 6),
    ),
    autoRenewTimeUnit=text(choices=("Month",)),
    autoRenewTime=integer(1, 6),
    chargeType=text(choices=("ComputingUnit", "Tokens")),
    releaseTime=text(),
)


def check_billing(billing: JsonObject) -> None:
    """Refuse a prepaid purchase without a period, or a month count nobody can reserve."""
    if billing["paymentTiming"] == "Postpaid":
        return
    reservation = billing.get("reservation")
    if reservation is None:
        raise invalid("billing.reservation")
    if reservation["reservationTimeUnit"] == "Month" and reservation["reservationLength"] > 12:
        raise invalid("billing.reservation.reservationLength")
