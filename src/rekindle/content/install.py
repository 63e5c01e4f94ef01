"""Templates as files, into an office as immutable versions."""

import hashlib
from dataclasses import replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import yaml

from rekindle.content import render, store
from rekindle.content.types import Template
from rekindle.decide.words import Channel
from rekindle.kit.db import Conn


def parse(text: str) -> list[Template]:
    """The templates of one YAML file (a list of name, channel, subject, body); raises BadTemplateError."""
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise render.BadTemplateError(f"not YAML: {error}") from error
    if not isinstance(found, list):
        raise render.BadTemplateError("a template file is a list of templates")
    return [_template(item) for item in found]


@cache
def builtin() -> tuple[Template, ...]:
    """The templates that ship with the engine."""
    folder = files("rekindle.content") / "builtin"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name)
    return tuple(template for entry in found for template in parse(entry.read_text(encoding="utf-8")))


async def install_builtin(conn: Conn, office_id: UUID, *, at: datetime) -> int:
    """Give the office every built-in template it never had; what an office changed stays changed."""
    have = await store.newest(conn, office_id, [t.name for t in builtin()])
    wanted = [template for template in builtin() if template.name not in have]
    for template in wanted:
        await store.insert(conn, office_id, replace(template, version=1), checksum=checksum(template), at=at)
    return len(wanted)


async def publish(conn: Conn, office_id: UUID, template: Template, *, at: datetime) -> int:
    """Make this text the active version and say its number; the newest version again when nothing changed."""
    version, old = (await store.newest(conn, office_id, [template.name])).get(template.name, (0, b""))
    if old == checksum(template):
        return version
    await store.insert(conn, office_id, replace(template, version=version + 1), checksum=checksum(template), at=at)
    return version + 1


def checksum(template: Template) -> bytes:
    """SHA-256 over what a reader would see; the version number is not part of it."""
    whole = "\x00".join([template.name, template.channel.value, template.subject or "", template.body])
    return hashlib.sha256(whole.encode()).digest()


def _template(item: Any) -> Template:
    if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not isinstance(item.get("body"), str):
        raise render.BadTemplateError("a template needs a name and a body")
    name, subject = item["name"], item.get("subject")
    if item.get("channel") not in [c.value for c in Channel]:
        raise render.BadTemplateError(f"{name}: channel must be sms or email")
    channel = Channel(item["channel"])
    if (channel is Channel.EMAIL) != bool(subject):
        raise render.BadTemplateError(f"{name}: an e-mail needs a subject, an SMS has none")
    for text in (item["body"], subject or ""):
        try:
            render.check(text)
        except render.BadTemplateError as error:
            raise render.BadTemplateError(f"{name}: {error}") from error
    return Template(name, 0, channel, subject, item["body"].strip())
