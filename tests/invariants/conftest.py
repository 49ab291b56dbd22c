"""The benches that the tests of this folder work on."""

from tests.support.fixtures import applied, assisted, bench, quick_disk

__all__ = ["applied", "assisted", "bench", "quick_disk"]
