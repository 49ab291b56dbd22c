"""The benches that the tests of this folder work on."""

from tests.support.fixtures import _applied, assisted, bench

__all__ = ["_applied", "assisted", "bench"]
