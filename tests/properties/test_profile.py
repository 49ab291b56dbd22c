"""The search itself: the same on a busy machine as on an idle one."""

from hypothesis import HealthCheck, settings


def test_no_property_fails_because_the_machine_is_slow() -> None:
    used = settings()
    assert used.deadline is None
    assert HealthCheck.too_slow in used.suppress_health_check
