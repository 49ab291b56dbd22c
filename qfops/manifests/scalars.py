"""Plain scalars by JSON's grammar, and how to write what was probably meant.

A plain scalar is null, true, false or a number if and only if JSON says so; everything else is a text as it
is written. Nothing here knows of files or places.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import TypeAlias

from qfops.core.values import JSON, Value

WORDS: dict[str, None | bool] = {"": None, "null": None, "true": True, "false": False}
Numerals: TypeAlias = "Mapping[str, str]"
"""Numbers as they were written, by the path at which they stand; only those that read otherwise."""

NUMBER_START = "-0123456789"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)((?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)")
_SAFE_DIGITS = 19
_TRUE, _FALSE = frozenset({"true", "yes", "on", "y"}), frozenset({"false", "no", "off", "n"})
_NULL = frozenset({"~", "null", "none", "nil"})


def scalar(text: str) -> JSON:
    """The value of a plain scalar; ValueError when it is a number that is out of range."""
    if text in WORDS:
        return WORDS[text]
    match = _NUMBER.fullmatch(text) if text[0] in NUMBER_START else None
    if match is None:
        return text
    if match[1]:
        number = float(text)
        if math.isinf(number):
            raise ValueError(f"{literal(text)} is too large for a number")
        return number
    if len(text) >= _SAFE_DIGITS and (len(text) > 2 * _SAFE_DIGITS or abs(int(text)) >= 2**63):
        raise ValueError(f"{literal(text)} is too large for a whole number")
    return int(text)


def numeral(value: JSON, text: str) -> str:
    """How the number of a plain scalar was written (`1.10`, `5319e7`), or "" where it reads like that."""
    return text if type(value) in (int, float) and repr(value) != text else ""


def is_number(text: str) -> bool:
    """Whether `text` is a number by JSON's grammar."""
    return _NUMBER.fullmatch(text) is not None


def text_of(value: JSON) -> str | None:
    """How a scalar reads inside a text (`true`, `0.0003`); None for null, lists and mappings."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, (list, dict)):
        return None
    return json.dumps(value)


def literal(value: Value, limit: int = 60) -> str:
    """A value as a message shows it: JSON on one line, cut after `limit` characters."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def described(value: Value) -> str:
    """A value with its type in words: `the text "True"`, `the number 3`, `a list`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return literal(value)
    if isinstance(value, (int, float)):
        return f"the number {literal(value)}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return f"the text {literal(value)}"


def number_hint(text: str) -> str:
    """How to write the number that `text` was meant to be, or an empty string."""
    if is_number(text):
        return f"Write {text} without quotes."
    candidate = text.strip().replace("_", "").replace(",", "").removeprefix("+")
    if re.fullmatch(r"0[xX][0-9a-fA-F]+", candidate):
        candidate = str(int(candidate, 16))
    candidate = re.sub(r"^(-?)0+(?=[0-9])", r"\1", candidate)
    candidate = re.sub(r"^(-?)\.", r"\g<1>0.", candidate)
    candidate = re.sub(r"\.(?=$|[eE])", "", candidate)
    return f"Write {candidate}: numbers follow JSON's grammar." if is_number(candidate) else ""


def boolean_hint(text: str) -> str:
    """How to write the boolean that `text` was meant to be, or an empty string."""
    word = text.strip().lower()
    if word not in _TRUE | _FALSE:
        return ""
    meant = "true" if word in _TRUE else "false"
    if text == meant:
        return f"Write {meant} without quotes."
    return f"Write {meant}: only true and false are booleans."


def null_hint(text: str) -> str:
    """How to write the null that `text` was meant to be, or an empty string."""
    return "Write null." if text.strip().lower() in _NULL else ""


def text_hint(value: Value) -> str:
    """How to write the text that a value of another type was meant to be, or an empty string."""
    if isinstance(value, (bool, int, float)):
        return f'Put it in quotes: "{literal(value)}".'
    if isinstance(value, dict) and (not value or (len(value) == 1 and None in value.values())):
        return f'Put it in quotes: "{{{", ".join(value)}}}".'
    if isinstance(value, list):
        return "Put it in quotes if the brackets are part of the text."
    return ""
