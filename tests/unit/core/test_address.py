"""Addresses and names: read, written and sorted."""

from __future__ import annotations

import copy
import pickle

import pytest

from qfops.core.address import NAME_LIMIT, Address, Location, is_name


@pytest.mark.parametrize("text", ["Dataset/faq-train", "v1/Dataset/a", "FineTuningTask/0"])
def test_an_address_is_written_as_it_was_read(text: str) -> None:
    """V2 is not said, because nearly everything is V2."""
    assert str(Address.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["", "Dataset", "Dataset/", "dataset/a", "Dataset/A", "Dataset/-a", "Dataset/a/b"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    """An address is not guessed."""
    with pytest.raises(ValueError, match="for example Dataset/faq-train"):
        Address.parse(text)


def test_the_version_tells_addresses_apart() -> None:
    """And v2 written out is v2."""
    assert Address.parse("v2/Dataset/a") == Address("Dataset", "a")
    assert Address.parse("v1/Dataset/a") != Address("Dataset", "a")
    assert len({Address("Dataset", "a"), Address.parse("Dataset/a")}) == 1
    text: object = "Dataset/a"
    assert Address("Dataset", "a") != text


def test_there_is_one_address_of_each_name() -> None:
    """However it is made or copied: equality is identity."""
    made = Address("Dataset", "a")
    assert Address.parse("Dataset/a") is made
    assert copy.deepcopy(made) is made
    assert pickle.loads(pickle.dumps(made)) is made


def test_addresses_sort_by_kind_then_name() -> None:
    """The same order everywhere."""
    found = sorted(map(Address.parse, ["Model/a", "Dataset/b", "v1/Dataset/a", "Dataset/a"]))
    assert [str(item) for item in found] == ["v1/Dataset/a", "Dataset/a", "Dataset/b", "Model/a"]


def test_names_have_a_length() -> None:
    """Sixty-three characters."""
    assert is_name("a" * NAME_LIMIT)
    assert not is_name("a" * (NAME_LIMIT + 1))


def test_a_location_is_written_as_editors_read_it() -> None:
    """file:line:column."""
    assert str(Location("a.yaml", 3)) == "a.yaml:3:1"
