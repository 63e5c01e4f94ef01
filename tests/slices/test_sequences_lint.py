"""Sequence files: what is wrong is said with its line."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from rekindle.content.install import builtin as builtin_templates
from rekindle.decide.plain import to_plain
from rekindle.decide.words import Channel, Lane, MessageClass
from rekindle.sequences.definition import EXITS, checksum, next_due, read, stored, wait
from rekindle.sequences.install import builtin
from rekindle.sequences.lint import BadSequenceError, lint, parse

TEMPLATES = {"hello-sms": Channel.SMS, "hello-mail": Channel.EMAIL}
HEAD = "name: test\nexits: [reply, opt_out, booking, hand_off, takeover]\n"
GOOD = HEAD + "steps:\n  - {id: a, after: 0m, channels: {sms: hello-sms, email: hello-mail}}\n"


def problems(text: str) -> list[tuple[int, str]]:
    return [(p.line, p.text) for p in lint(text, TEMPLATES)]


@pytest.mark.parametrize("name", ["new-buyer", "new-seller", "silent-lead"])
def test_built_in_sequences_are_clean(name: str) -> None:
    text = (files("rekindle.sequences") / "builtin" / f"{name}.yaml").read_text(encoding="utf-8")
    assert lint(text, {t.name: t.channel for t in builtin_templates()}) == []
    assert name in [d.name for d in builtin()]


def test_a_good_file_is_read_whole() -> None:
    made = parse(GOOD, TEMPLATES)
    step = made.steps[0]
    assert (step.id, step.after, step.message_class, step.lane) == (
        "a",
        timedelta(0),
        MessageClass.MARKETING,
        Lane.STEP,
    )
    assert [(o.channel, o.template) for o in step.options] == [
        (Channel.SMS, "hello-sms"),
        (Channel.EMAIL, "hello-mail"),
    ]
    assert stored(to_plain(made)) == made
    assert checksum(read(GOOD + "# a comment changes nothing\n")) == checksum(made)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("steps: []\n", [(3, "the sequence has no steps")]),
        ("", [(1, "the sequence has no steps")]),
        (
            "steps:\n  - id: a\n    after: -1d\n    channels: {sms: hello-sms}\n",
            [(5, "a step cannot come before the lead entered: '-1d'")],
        ),
        (
            "steps:\n  - id: a\n    after: soon\n    channels: {sms: hello-sms}\n",
            [(5, "not a length: 'soon' (write 0m, 12h or 3d)")],
        ),
        (
            "steps:\n  - id: a\n    after: 1d\n    channels: {fax: hello-sms}\n",
            [(6, "unknown channel 'fax' (sms, email)")],
        ),
        (
            "steps:\n  - id: a\n    after: 1d\n    channels:\n      sms: goodbye\n",
            [(7, "unknown template 'goodbye'")],
        ),
        (
            "steps:\n  - id: a\n    after: 1d\n    channels: {sms: hello-mail}\n",
            [(6, "template 'hello-mail' is for email, not sms")],
        ),
        (
            (
                "steps:\n  - {id: a, after: 1d, channels: {sms: hello-sms}}\n"
                "  - {id: a, after: 2d, channels: {sms: hello-sms}}\n"
            ),
            [(5, "two steps are called 'a'")],
        ),
        (
            (
                "steps:\n  - {id: a, after: 2d, channels: {sms: hello-sms}}\n"
                "  - {id: b, after: 1d, channels: {sms: hello-sms}}\n"
            ),
            [(5, "a step comes before the step above it; `after` counts from entering")],
        ),
        (
            "steps:\n  - {id: a, after: 1d, channels: {sms: hello-sms}, lane: express, whne: 2d}\n",
            [(4, "unknown field 'whne'"), (4, "unknown lane 'express' (first_touch, step, bulk)")],
        ),
        (
            "steps:\n  - {id: a, after: 1d, channels: {sms: hello-sms}, other_than: b}\n",
            [(4, "other_than names no earlier step: 'b'")],
        ),
        (
            "steps:\n  - {id: a, after: 1d, channels: {sms: hello-sms}, class: compliance}\n",
            [(4, "unknown class 'compliance' (marketing, inquiry_response, transactional)")],
        ),
        ("steps:\n  - {id: a, after: 1d}\n", [(4, "the step names no channel")]),
        ("steps: [\n", [(4, "not YAML: expected the node content, but found '<stream end>'")]),
    ],
)
def test_each_problem_is_told_with_its_line(steps: str, found: list[tuple[int, str]]) -> None:
    assert problems(HEAD + steps) == found


def test_no_exit_may_be_left_out() -> None:
    text = GOOD.replace("opt_out, ", "")
    assert problems(text) == [(2, "every sequence must end on opt_out: add it to exits")]
    assert len(problems(GOOD.replace("exits", "exit"))) == 1 + len(EXITS)
    with pytest.raises(BadSequenceError, match="line 2"):
        parse(text, TEMPLATES)


def test_lengths() -> None:
    assert [wait(t) for t in ("90m", "12h", "-1d", "3 d", "3w", "")] == [
        timedelta(minutes=90), timedelta(hours=12), timedelta(days=-1), None, None, None,
    ]  # fmt: skip


def test_a_late_step_pushes_the_rest_and_an_early_one_does_not_pull_it() -> None:
    first, second = (f"  - {{id: {name}, after: {name}d, channels: {{sms: hello-sms}}}}\n" for name in "02")
    steps = "steps:\n" + first + second
    plan = parse(HEAD + steps, TEMPLATES)
    entered = datetime(2026, 11, 24, 4, tzinfo=UTC)
    on_time = next_due(plan, 0, entered_at=entered, left_at=entered)
    late = next_due(plan, 0, entered_at=entered, left_at=entered + timedelta(hours=9))
    assert (on_time, late) == (entered + timedelta(days=2), entered + timedelta(days=2, hours=9))
    assert next_due(plan, 1, entered_at=entered, left_at=entered) is None
