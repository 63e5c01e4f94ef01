"""A recorded request held against the provider's official description (OpenAPI 3.0 or 3.1, cut in tests/specs).

`Description.load("twilio/api.json").check(asked)` raises AssertionError with a reason a person can read.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

from openapi_schema_validator import OAS30WriteValidator, OAS31Validator, oas30_format_checker, oas31_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4, DRAFT202012

from tests.providers import shapes
from tests.providers.framing import Asked

SPECS = Path(__file__).parents[1] / "specs"
FORM = "application/x-www-form-urlencoded"
METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
WHOLE = "urn:description"


@dataclass(frozen=True)
class Operation:
    """One described method of one path, and what its templated path parts were in a request."""

    title: str
    said: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]
    places: Mapping[str, str]


@dataclass(frozen=True)
class Description:
    """A provider's own description of its API."""

    whole: dict[str, Any]

    @classmethod
    def load(cls, name: str) -> "Description":
        """Read a cut description by its name under tests/specs, as `twilio/api.json`."""
        return cls(json.loads((SPECS / name).read_text()))

    def check(self, asked: Asked, base_path: str = "") -> None:
        """Raise AssertionError unless the description allows the request; `base_path` is ours, not the provider's."""
        assert asked.path.startswith(base_path), f"{asked.path} does not begin with {base_path}"
        operation = self.find(asked.method, asked.path.removeprefix(base_path))
        self._check_security(operation, asked)
        self._check_parameters(operation, asked)
        self._check_body(operation, asked)

    def find(self, method: str, path: str) -> Operation:
        """The operation a request means; of several templates the one with the fewest gaps."""
        fitting = [
            (template.count("{"), template, found.groupdict())
            for template in self.whole["paths"]
            if (found := _template(template).fullmatch(path))
        ]
        assert fitting, f"no such path is described: {path}"
        for _, template, places in sorted(fitting, key=lambda fit: fit[:2]):
            item = self.whole["paths"][template]
            if method.lower() in METHODS & item.keys():
                said = item[method.lower()]
                return Operation(
                    f"{method} {template}",
                    said,
                    tuple(self.resolved(p) for p in (*item.get("parameters", ()), *said.get("parameters", ()))),
                    {_name(template, index): unquote(value) for index, value in places.items()},
                )
        raise AssertionError(f"{path} is described, but not with {method}")

    def resolved(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a reference refers to, or the thing itself."""
        while "$ref" in said:
            place: Any = self.whole
            for part in said["$ref"].removeprefix("#/").split("/"):
                place = place[part.replace("~1", "/").replace("~0", "~")]
            said = place
        return said

    def check_value(self, where: str, value: object, schema: Mapping[str, Any]) -> None:
        """Raise AssertionError unless `value` fits the schema and has no field that the schema does not name."""
        errors = sorted(self._validator(schema).iter_errors(value), key=lambda error: list(map(str, error.path)))
        assert not errors, "; ".join(f"{where}{_at(error.absolute_path)}: {error.message}" for error in errors)
        unknown = list(shapes.unknown(value, (schema,), self.resolved))
        assert not unknown, f"{where}: fields nobody described: {', '.join(unknown)}"

    @cached_property
    def _registry(self) -> Any:
        draft = DRAFT4 if self._is_30 else DRAFT202012
        return Registry().with_resource(WHOLE, Resource(self.whole, draft))

    @property
    def _is_30(self) -> bool:
        return bool(self.whole["openapi"].startswith("3.0"))

    def _validator(self, schema: Mapping[str, Any]) -> Any:
        rooted = shapes.rooted(schema, WHOLE)
        if self._is_30:
            return OAS30WriteValidator(rooted, registry=self._registry, format_checker=oas30_format_checker)
        return OAS31Validator(rooted, registry=self._registry, format_checker=oas31_format_checker)

    def _check_security(self, operation: Operation, asked: Asked) -> None:
        ways = operation.said.get("security", self.whole.get("security", []))
        schemes = self.whole["components"].get("securitySchemes", {})
        known = [schemes[name] for way in ways for name in way if name in schemes]
        if known and {} not in ways:
            passed = any(_carries(scheme, asked) for scheme in known)
            assert passed, f"{operation.title}: no credentials of the described kind"

    def _check_parameters(self, operation: Operation, asked: Asked) -> None:
        given = _collected(parse_qsl(asked.query, keep_blank_values=True))
        for parameter in operation.parameters:
            place, name = parameter["in"], parameter["name"]
            if place == "query":
                values = given.pop(name, None) or given.pop(f"{name}[]", None)
            elif place == "header":
                values = [asked.headers[name.lower()]] if name.lower() in asked.headers else None
            else:
                values = [operation.places[name]] if name in operation.places else None
            where = f"{operation.title}: {place} {name}"
            if values is None:
                assert not parameter.get("required"), f"{where} is required"
                continue
            schema = parameter.get("schema", {})
            self.check_value(where, shapes.read(values, schema, self.resolved, parameter.get("explode", True)), schema)
        assert not given, f"{operation.title}: query parameters nobody described: {', '.join(sorted(given))}"

    def _check_body(self, operation: Operation, asked: Asked) -> None:
        described = self.resolved(operation.said.get("requestBody", {}))
        content = described.get("content", {})
        if not asked.body:
            fields = [field for said in content.values() for field in self.resolved(said["schema"]).get("required", ())]
            required = described.get("required") or fields
            assert not required, f"{operation.title}: a body is required"
            return
        kind = asked.headers.get("content-type", "").split(";")[0].strip().lower()
        assert kind in content, f"{operation.title}: body of {kind or 'no type'}, described are {sorted(content)}"
        schema = content[kind].get("schema", {})
        assert kind == FORM or "json" in kind, f"{kind} is not something this check reads"
        form = kind == FORM
        body = shapes.read_fields(_collected(asked.pairs()), schema, self.resolved) if form else asked.json()
        self.check_value(f"{operation.title}: body", body, schema)


def _carries(scheme: Mapping[str, Any], asked: Asked) -> bool:
    if scheme["type"] == "http":
        return asked.headers.get("authorization", "").lower().startswith(f"{scheme['scheme']} ".lower())
    if scheme["type"] == "apiKey" and scheme["in"] == "header":
        return bool(asked.headers.get(scheme["name"].lower()))
    return bool(asked.headers.get("authorization"))


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        collected[name].append(value)
    return dict(collected)


def _template(template: str) -> re.Pattern[str]:
    """The path as a pattern whose groups are its gaps, p0 for the first."""
    first, *others = re.split(r"\{[^}]+\}", template)
    gaps = (f"(?P<p{index}>[^/]+){re.escape(other)}" for index, other in enumerate(others))
    return re.compile(re.escape(first) + "".join(gaps))


def _name(template: str, group: str) -> str:
    names: list[str] = re.findall(r"\{([^}]+)\}", template)
    return names[int(group[1:])]


def _at(path: Iterable[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
