"""What a person enters for a provider: options, files, standard input, or prompts that show no secret."""

import sys
from collections.abc import Collection, Iterable
from pathlib import Path

import typer

from rekindle.cli.context import UsageProblemError, say
from rekindle.providers.ports import Field, Plug


def given_by_options(settings: Iterable[str]) -> dict[str, str]:
    """`name=value`, `name=@file` and `name=-` (standard input) as values; raises UsageProblemError."""
    given: dict[str, str] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise UsageProblemError("--set wants name=value, name=@file or name=- (standard input)")
        given[name] = _read(name, value)
    return given


def ask(plug: Plug, given: dict[str, str], stored: Collection[str]) -> dict[str, str]:
    """The same with what a person types for fields that have no value; nothing is asked where nobody sits."""
    if not sys.stdin.isatty():
        return given
    wanted = [one for one in plug.fields if one.name not in given and one.name not in stored and not one.make]
    if given:
        wanted = [one for one in wanted if one.required]
    return given | {one.name: _prompt(one) for one in wanted}


def _prompt(one: Field) -> str:
    say.print(one.help, style="dim", markup=False)
    answer: str = typer.prompt(one.label, default=one.default, hide_input=one.secret, show_default=bool(one.default))
    return answer


def _read(name: str, value: str) -> str:
    if value == "-":
        return sys.stdin.read()
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblemError(f"the file for {name} cannot be read: {type(error).__name__}") from error
