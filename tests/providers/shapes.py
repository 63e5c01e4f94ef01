"""What a schema says of names and types: fields that nobody described, and text read as the type it stands for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]
Resolve = Callable[[Schema], Schema]
MIXED = ("allOf", "anyOf", "oneOf")


def unknown(value: object, schemas: Sequence[Schema], resolve: Resolve, where: str = "") -> Iterator[str]:
    """Names in `value` that none of the schemas names, unless one allows additional properties in words.

    A schema silent on additional properties is taken as closed: a misspelt field would be dropped in silence.
    """
    parts = [part for schema in schemas for part in _parts(schema, resolve)]
    if isinstance(value, list):
        items = [part["items"] for part in parts if "items" in part]
        for index, item in enumerate(value):
            yield from unknown(item, items, resolve, f"{where}[{index}]") if items else ()
    elif isinstance(value, dict):
        free = [part.get("additionalProperties") for part in parts]
        described = any(part.get("properties") for part in parts)
        for name, inner in value.items():
            own = [part["properties"][name] for part in parts if name in part.get("properties", {})]
            own += [said for said in free if isinstance(said, dict) and not own]
            if own:
                yield from unknown(inner, own, resolve, f"{where}.{name}")
            elif described and not any(free):
                yield f"{where}.{name}".lstrip(".")


def read(values: Sequence[str], schema: Schema, resolve: Resolve, explode: bool = True) -> object:
    """Text from a query, a header or a form as the described type; text that does not fit stays text, to be refused."""
    parts = _parts(schema, resolve)
    items = next((part.get("items", {}) for part in parts if part.get("type") == "array"), None)
    if items is not None:
        split = values if explode or len(values) > 1 else values[0].split(",")
        return [read([value], items, resolve) for value in split]
    return _typed(values[0], {part.get("type") for part in parts}) if len(values) == 1 else list(values)


def read_fields(fields: Mapping[str, Sequence[str]], schema: Schema, resolve: Resolve) -> dict[str, object]:
    """A form as the described object."""
    described: dict[str, Schema] = {}
    for part in _parts(schema, resolve):
        described |= part.get("properties", {})
    return {name: read(values, described.get(name, {}), resolve) for name, values in fields.items()}


def rooted(schema: Any, root: str) -> Any:
    """The schema with its references made absolute, so that it can be read away from its document."""
    if isinstance(schema, Mapping):
        return {
            key: root + value if key == "$ref" and isinstance(value, str) else rooted(value, root)
            for key, value in schema.items()
        }
    return [rooted(value, root) for value in schema] if isinstance(schema, list) else schema


def _parts(schema: Schema, resolve: Resolve) -> list[Schema]:
    """The schema and everything it is mixed from."""
    plain = resolve(schema)
    mixed = [inner for keyword in MIXED for one in plain.get(keyword, ()) for inner in _parts(one, resolve)]
    return [plain, *mixed]


def _typed(text: str, types: set[Any]) -> object:
    if "boolean" in types and text in {"true", "false"}:
        return text == "true"
    try:
        if "integer" in types:
            return int(text)
        if "number" in types:
            return float(text)
    except ValueError:
        return text
    return text
