"""What is wrong with a sequence file, line by line, before anybody can publish it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import yaml

from rekindle.decide.words import Channel
from rekindle.sequences.definition import CLASSES, EXITS, LANES, Definition, read, wait

TOP = {"name", "title", "exits", "steps"}
STEP = {"id", "after", "channels", "class", "lane", "expires_after", "other_than"}

Fields = dict[str, yaml.Node]


@dataclass(frozen=True)
class Problem:
    """One thing to mend."""

    line: int
    text: str


class BadSequenceError(Exception):
    """The file cannot be used; `problems` says why, with lines."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(f"line {p.line}: {p.text}" for p in problems))
        self.problems = problems


def parse(text: str, templates: Mapping[str, Channel]) -> Definition:
    """The definition in `text`; raises BadSequenceError. `templates`: what the office has, name to channel."""
    problems = lint(text, templates)
    if problems:
        raise BadSequenceError(problems)
    return read(text)


def lint(text: str, templates: Mapping[str, Channel]) -> list[Problem]:
    """Every problem of a sequence file in line order; none means it can be published."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return [Problem(line, f"not YAML: {error.problem}")]
    if not isinstance(root, yaml.MappingNode):
        return [Problem(1, "a sequence file is a mapping with name and steps")]
    return sorted(_file(root, templates), key=lambda p: p.line)


def _file(root: yaml.MappingNode, templates: Mapping[str, Channel]) -> Iterator[Problem]:
    fields = _fields(root)
    yield from _unknown(root, TOP)
    if not _text(fields.get("name")):
        yield Problem(_line(root), "the sequence has no name")
    yield from _exits(root, fields.get("exits"))
    steps = fields.get("steps")
    if not isinstance(steps, yaml.SequenceNode) or not steps.value:
        yield Problem(_line(steps or root), "the sequence has no steps")
        return
    seen: list[str] = []
    last = timedelta(0)
    for node in steps.value:
        if not isinstance(node, yaml.MappingNode):
            yield Problem(_line(node), "a step is a mapping with id, after and channels")
            continue
        yield from _step(node, seen, templates)
        after, problem = _after(node, last)
        yield from [problem] if problem else []
        last = max(last, after)


def _exits(root: yaml.Node, node: yaml.Node | None) -> Iterator[Problem]:
    given = [_text(item) for item in node.value] if isinstance(node, yaml.SequenceNode) else []
    for exit_ in EXITS:
        if exit_ not in given:
            yield Problem(_line(node or root), f"every sequence must end on {exit_}: add it to exits")
    for name in given:
        if name not in EXITS:
            yield Problem(_line(node or root), f"unknown exit {name!r}")


def _step(node: yaml.MappingNode, seen: list[str], templates: Mapping[str, Channel]) -> Iterator[Problem]:
    fields = _fields(node)
    yield from _unknown(node, STEP)
    name = _text(fields.get("id"))
    if not name:
        yield Problem(_line(node), "the step has no id")
    elif name in seen:
        yield Problem(_line(fields["id"]), f"two steps are called {name!r}")
    other = fields.get("other_than")
    if other is not None and _text(other) not in seen:
        yield Problem(_line(other), f"other_than names no earlier step: {_text(other)!r}")
    seen.append(name)
    yield from _channels(node, fields.get("channels"), templates)
    yield from _choice(fields.get("class"), "class", [c.value for c in CLASSES])
    yield from _choice(fields.get("lane"), "lane", list(LANES))
    expiry = fields.get("expires_after")
    if expiry is not None and (wait(_text(expiry)) or timedelta(0)) <= timedelta(0):
        yield Problem(_line(expiry), f"expires_after must be a length such as 12h or 3d, not {_text(expiry)!r}")


def _after(node: yaml.MappingNode, last: timedelta) -> tuple[timedelta, Problem | None]:
    after = _fields(node).get("after")
    if after is None:
        return last, Problem(_line(node), "the step does not say after how long (0m, 12h, 3d)")
    length = wait(_text(after))
    if length is None:
        return last, Problem(_line(after), f"not a length: {_text(after)!r} (write 0m, 12h or 3d)")
    if length < timedelta(0):
        return last, Problem(_line(after), f"a step cannot come before the lead entered: {_text(after)!r}")
    if length < last:
        return last, Problem(_line(after), "a step comes before the step above it; `after` counts from entering")
    return length, None


def _channels(step: yaml.Node, node: yaml.Node | None, templates: Mapping[str, Channel]) -> Iterator[Problem]:
    if not isinstance(node, yaml.MappingNode) or not node.value:
        yield Problem(_line(node or step), "the step names no channel")
        return
    for key, value in node.value:
        channel, template = _text(key), _text(value)
        if channel not in [c.value for c in Channel]:
            yield Problem(_line(key), f"unknown channel {channel!r} (sms, email)")
        elif template not in templates:
            yield Problem(_line(value), f"unknown template {template!r}")
        elif templates[template] != channel:
            yield Problem(_line(value), f"template {template!r} is for {templates[template].value}, not {channel}")


def _choice(node: yaml.Node | None, what: str, allowed: list[str]) -> Iterator[Problem]:
    if node is not None and _text(node) not in allowed:
        yield Problem(_line(node), f"unknown {what} {_text(node)!r} ({', '.join(allowed)})")


def _unknown(node: yaml.MappingNode, known: set[str]) -> Iterator[Problem]:
    for key, _ in node.value:
        if _text(key) not in known:
            yield Problem(_line(key), f"unknown field {_text(key)!r}")


def _fields(node: yaml.MappingNode) -> Fields:
    return {_text(key): value for key, value in node.value}


def _text(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
