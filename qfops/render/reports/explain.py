"""`explain KIND[.path]`: what a field is for, what it may hold, and what changing it means.

Everything comes from the kind's schema and descriptor; nothing is written here twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from qfops.core.diagnostics import nearest
from qfops.core.errors import QfopsError
from qfops.core.paths import parse
from qfops.core.values import JSON, child
from qfops.kinds.base import Kind
from qfops.kinds.rules import Rule, RuleType
from qfops.render.layout import Page, Style, cells, clean, pad, wrap
from qfops.render.values import show

Schema = Mapping[str, JSON]
_EFFECTS = {
    RuleType.UPDATABLE: "edited in place",
    RuleType.IMMUTABLE: "an edit makes a new object in place of this one",
    RuleType.CREATE_ONLY: "sent when the object is made; a later edit changes nothing",
    RuleType.APPEND_ONLY: "items may be added",
    RuleType.ONE_WAY: "goes one way only: false to true, or a higher number",
    RuleType.COMPUTED: "made by the console; not written in a manifest",
}
_RUN_EFFECT = "an edit means another run, which costs money"
_NOT_EMPTY = ("minLength", 1)
_LIMITS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "pattern": "matches {}",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}


def explain(kind: Kind, schema: Schema, path: str = "", *, color: bool = False, width: int = 100) -> str:
    """The kind, or the field at `path`, with what stands directly below it.

    QfopsError, naming the nearest field, when there is none at `path`.
    """
    page = Page(width, color)
    name = kind.name if kind.version == "v2" else f"{kind.version}/{kind.name}"
    if path:
        place, found, required = _find(name, schema, path)
        lines = [page.paint(f"{name}.{place}", Style.HEAD), *_field(kind, place, found, required, page)]
    else:
        place, found = "", schema
        lines = [page.paint(f"qianfan/{kind.version} {kind.name}", Style.HEAD), *_kind(kind, page)]
    below = _below(kind, found, place)
    if below:
        lines += ["", page.paint("fields", Style.HEAD), *below]
    return "\n".join(lines) + "\n"


def _find(kind: str, schema: Schema, path: str) -> tuple[str, Schema, bool]:
    """The path with list indexes as `[*]`, its schema, and whether it must be given."""
    try:
        parts = parse(path.replace("[*]", "[0]"))
    except ValueError as error:
        raise QfopsError(f"{path!r} is not a path.", str(error), f"Look at qfops explain {kind}") from error
    here, place, required = schema, "", False
    for part in parts:
        if isinstance(part, int):
            here, place, required = _schema(here.get("items")), f"{place}[*]", False
            known: Mapping[str, JSON] = {}
        else:
            here = _schema(here["items"]) if "items" in here and "properties" not in here else here
            known = _properties(here)
            required = part in _names(here.get("required"))
            place, here = child(place, part), _schema(known.get(part))
        if not here:
            raise QfopsError(
                f"{kind} has no field {place}.",
                f"Known here are {', '.join(known)}." if known else "Nothing stands below it.",
                nearest(str(part), known) or f"All fields: qfops explain {kind}",
            )
    return place, here, required


def _kind(kind: Kind, page: Page) -> Iterator[str]:
    yield from _wrapped(kind.summary, page)
    yield ""
    if kind.run:
        yield "  a run: works once, costs money, cannot be edited; changed inputs mean a new run"
    if kind.identity is not None:
        by = "the console" if kind.identity.enforced_by == "console" else "qfops"
        yield from _fact("identity", f"{', '.join(kind.identity.attributes)}, kept unique by {by}", page)
    yield from _fact("outputs", ", ".join(item.name for item in kind.outputs), page)
    yield from _fact("ends by", f"{kind.end}; {kind.left}" if kind.left else kind.end, page)


def _field(kind: Kind, place: str, schema: Schema, required: bool, page: Page) -> Iterator[str]:
    description = schema.get("description")
    if isinstance(description, str):
        yield from _wrapped(description, page)
        yield ""
    yield from _fact("type", _type(schema) + (", must be given" if required else ""), page)
    yield from _fact("allowed", _allowed(schema), page)
    if "default" in schema:
        yield from _fact("default", show(schema["default"]), page)
    for ref in kind.references:
        if ref.path == place:
            targets = " or ".join(ref.to)
            yield from _fact("reference", f"{{ref: …}} to {targets}; waits until it is {ref.waits_for}", page)
    rule = _rule(kind, place)
    if rule is not None:
        yield from _rule_facts(kind, rule, place, page)
    source = schema.get("x-source")
    if isinstance(source, str):
        yield from _fact("source", source, page)


def _rule_facts(kind: Kind, rule: Rule, place: str, page: Page) -> Iterator[str]:
    operation = kind.operations.get(rule.by)
    by = f" by {operation.action}" if operation is not None else ""
    effect = _RUN_EFFECT if kind.run and rule.type is RuleType.IMMUTABLE else _EFFECTS[rule.type]
    yield from _fact("on change", f"{effect}{by}: {rule.why}", page)
    if rule.path != place:
        yield from _fact("", f"as {rule.path}, which it is part of", page)
    if rule.type is RuleType.APPEND_ONLY:
        yield from _fact("", f"a removed or changed item means {rule.on_change}", page)
    if rule.type is RuleType.UPDATABLE:
        removal = f"not reset: {rule.no_reset}" if rule.no_reset else f"reset to {show(rule.reset)}"
        yield from _fact("on removal", removal, page)
    if rule.server_default:
        filled = ", ".join(show(value) for value in rule.server_default)
        yield from _fact("left out", f"the console may fill in {filled}", page)
    if rule.write_only:
        yield from _fact("drift", "cannot be seen: the console does not show the value", page)
    if rule.set_of is not None:
        yield from _fact("order", "does not matter", page)


def _rule(kind: Kind, place: str) -> Rule | None:
    """The rule of a path: its own, or that of the nearest path above it."""
    rules = {rule.path: rule for rule in kind.rules}
    while place:
        if place in rules:
            return rules[place]
        place = place[: max(place.rfind("."), place.rfind("["), 0)]
    return None


def _below(kind: Kind, schema: Schema, place: str) -> list[str]:
    """One line for each field directly below: name, type, and whether it must be given."""
    while "items" in schema and "properties" not in schema:
        schema, place = _schema(schema["items"]), f"{place}[*]"
    properties = _properties(schema)
    required = _names(schema.get("required"))
    paths = {key: child(place, key) for key in properties}
    column = max((cells(path) for path in paths.values()), default=0)
    lines = []
    for key, path in paths.items():
        inner = _schema(properties[key])
        rule = _rule(kind, path)
        facts = [_type(inner), "must be given" if key in required else "", str(rule.type) if rule else ""]
        lines.append(f"  {pad(clean(path), column)}  {', '.join(fact for fact in facts if fact)}")
    return lines


def _type(schema: Schema) -> str:
    kind = schema.get("type", "any value")
    if kind == "array":
        return f"list of {_type(_schema(schema.get('items')))}"
    return " or ".join(str(item) for item in kind) if isinstance(kind, list) else str(kind)


def _allowed(schema: Schema) -> str:
    values = schema.get("enum", [schema["const"]] if "const" in schema else None)
    facts = [", ".join(show(value) for value in values)] if isinstance(values, list) else []
    if schema.get("minLength") == _NOT_EMPTY[1]:
        facts.append("not empty")
    limits = {
        key: text for key, text in _LIMITS.items() if key in schema and (key, schema[key]) != _NOT_EMPTY
    }
    facts += [text.format(show(schema[key], 0)) for key, text in limits.items()]
    if schema.get("uniqueItems") is True:
        facts.append("no item twice")
    return "; ".join(facts)


def _fact(name: str, text: str, page: Page) -> Iterator[str]:
    if text:
        first, *rest = wrap(text, page.width - 14)
        yield f"  {name:<11} {first}"
        yield from (f"{'':<14}{line}" for line in rest)


def _wrapped(text: str, page: Page) -> list[str]:
    return [f"  {line}" for line in wrap(text, page.width - 2)]


def _schema(value: JSON) -> Schema:
    return value if isinstance(value, dict) else {}


def _properties(schema: Schema) -> Schema:
    return _schema(schema.get("properties"))


def _names(value: JSON) -> Sequence[JSON]:
    return value if isinstance(value, list) else ()
