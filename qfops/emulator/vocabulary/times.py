"""The spellings of a moment that the console uses, area by area.

Every function takes seconds since 1970 and returns text; none of them reads a clock.
"""

import time

_BEIJING = 8 * 3600
NEVER = "0000-00-00T00:00:00Z"  # what fine-tuning writes for "not finished yet"


def spaced(moment: float) -> str:
    """Return Beijing time without a zone, as the dataset actions write it."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(moment + _BEIJING))


def beijing(moment: float) -> str:
    """Return RFC 3339 with +08:00, as models and prompts write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(moment + _BEIJING))


def utc(moment: float) -> str:
    """Return RFC 3339 in UTC, as fine-tuning and services write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
