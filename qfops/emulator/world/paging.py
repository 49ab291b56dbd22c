"""Pages as the lists of the console return them: marker, size, direction.

A page starts AT its marker, the id handed out as `nextMarker` before; it is read in order of creation, never
sorted or counted, so that a page costs the same among ten objects and among ten thousand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from qfops.emulator.vocabulary.errors import invalid
from qfops.emulator.vocabulary.fields import Fields, JsonObject, boolean, integer, text
from qfops.emulator.world.world import SHARED, Item, World

PAGE_FIELDS: Fields = {"marker": text(), "maxKeys": integer(1), "pageReverse": boolean()}
DEFAULT_KEYS = 10
MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class Listing:
    """How one list of the console is ordered and bordered."""

    kind: str
    newest_first: bool = False
    shared: bool = False  # the platform's objects
    own: bool = True  # the account's objects
    always_next: bool = False  # nextMarker is sent as "" on the last page, instead of left out


def page(
    world: World,
    listing: Listing,
    body: JsonObject,
    *,
    parent: str | None = None,
    keep: Callable[[Item], bool] | None = None,
) -> tuple[list[Item], JsonObject]:
    """Return the objects of the page `body` asks for, and its pageInfo."""
    size = min(body.get("maxKeys") or DEFAULT_KEYS, MOST_KEYS, world.knobs.page_size or MOST_KEYS)
    marker = body.get("marker") or ""
    start = world.position(listing.kind, marker) if marker else None
    if marker and start is None:
        raise invalid("marker")
    walk = world.walk(
        listing.kind,
        start=start,
        descending=listing.newest_first != bool(body.get("pageReverse")),
        parent=parent,
        accounts=((world.account,) if listing.own else ()) + ((SHARED,) if listing.shared else ()),
    )
    found = list(islice(filter(keep, walk) if keep else walk, size + 1))
    walk.close()
    info: JsonObject = {"marker": marker, "maxKeys": size, "isTruncated": len(found) > size}
    if len(found) > size:
        info["nextMarker"] = found[size].id
    elif listing.always_next:
        info["nextMarker"] = ""
    return found[:size], info
