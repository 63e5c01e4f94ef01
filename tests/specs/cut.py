"""Cut the providers' own descriptions to what we call: `python -m tests.specs.cut <folder with the upstream files>`.

Kept: the paths named here, what they refer to, and the licence. Dropped: examples, vendor extensions. Known errors of a
description are mended by the RFC 6902 patches beside it, never by hand (SOURCES.md names source, commit and reason).
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
V3 = "highlevel/apps/v3/"
ALL = ("/",)
CUTS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "twilio/api.json": (
        "twilio/twilio_api_v2010.json",
        (
            "/2010-04-01/Accounts/{Sid}.json",
            "/2010-04-01/Accounts/{AccountSid}/Messages.json",
            "/2010-04-01/Accounts/{AccountSid}/Messages/{Sid}.json",
            "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json",
            "/2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers/{Sid}.json",
        ),
    ),
    "twilio/lookups.json": ("twilio/twilio_lookups_v2.json", ("/v2/PhoneNumbers/{PhoneNumber}",)),
    "twilio/messaging.json": (
        "twilio/twilio_messaging_v1.json",
        ("/v1/Services", "/v1/Services/{Sid}", "/v1/Services/{ServiceSid}/PhoneNumbers"),
    ),
    "sendgrid/mail.json": ("sendgrid/tsg_mail_v3.json", ALL),
    "sendgrid/suppressions.json": ("sendgrid/tsg_suppressions_v3.json", ALL),
    "sendgrid/activity.json": ("sendgrid/tsg_email_activity_v3.json", ("/v3/messages", "/v3/messages/{msg_id}")),
    "sendgrid/logs.json": ("sendgrid/tsg_logs_v3.json", ALL),
    "sendgrid/domains.json": ("sendgrid/tsg_domain_authentication_v3.json", ("/v3/whitelabel/domains",)),
    "sendgrid/webhooks.json": ("sendgrid/tsg_webhooks_v3.json", ALL),
    "highlevel/contacts.json": (V3 + "contacts-v3.json", ALL),
    "highlevel/conversations.json": (V3 + "conversations-v3.json", ALL),
    "highlevel/calendars.json": (
        V3 + "calendars-v3.json",
        (
            "/calendars/",
            "/calendars/{calendarId}",
            "/calendars/{calendarId}/free-slots",
            "/calendars/events",
            "/calendars/events/{eventId}",
            "/calendars/events/appointments",
            "/calendars/events/appointments/{eventId}",
        ),
    ),
    "highlevel/opportunities.json": (V3 + "opportunities-v3.json", ALL),
    "highlevel/oauth.json": (V3 + "oauth-v3.json", ALL),
    "highlevel/locations.json": (
        "highlevel/apps/locations.json",
        (
            "/locations/search",
            "/locations/{locationId}",
            "/locations/{locationId}/customFields",
            "/locations/{locationId}/tags",
            "/locations/{locationId}/timezones",
        ),
    ),
    "highlevel/users.json": ("highlevel/apps/users.json", ("/users/", "/users/search", "/users/{userId}")),
}
COPIES = {
    "sendgrid/event-webhook-examples.json": "sendgrid/event-webhook-examples.json",
    "highlevel/webhook-events.json": "highlevel/webhooks/webhook-events.json",
}


def main(upstream: Path) -> None:
    """Write every cut beside this file."""
    for made, (source, paths) in CUTS.items():
        whole = _inlined(json.loads((upstream / source).read_text()), (upstream / source).parent)
        _write(HERE / made, _patched(_cut(whole, paths), (HERE / made).with_suffix(".patch.json")))
    for made, source in COPIES.items():
        _write(HERE / made, json.loads((upstream / source).read_text()))


def _cut(whole: dict[str, Any], paths: tuple[str, ...]) -> dict[str, Any]:
    if missing := set(paths) - set(whole["paths"]) - set(ALL):
        raise SystemExit(f"not described: {sorted(missing)}")
    kept = {path: said for path, said in whole["paths"].items() if paths == ALL or path in paths}
    plain = _plain({**whole, "paths": kept})
    security = plain["components"].get("securitySchemes", {})
    return {
        **{name: plain[name] for name in ("openapi", "info", "servers", "security") if name in plain},
        "paths": plain["paths"],
        "components": {**_reached(plain), "securitySchemes": security},
    }


def _plain(said: Any, *, names: bool = False) -> Any:
    """Without examples and extensions; under `properties` every key is a name, not a keyword."""
    if isinstance(said, dict):
        dropped = () if names else ("example", "examples")
        return {
            key: _plain(value, names=key == "properties" and not names)
            for key, value in said.items()
            if key not in dropped and (names or not key.startswith("x-"))
        }
    return [_plain(value) for value in said] if isinstance(said, list) else said


def _reached(plain: dict[str, Any]) -> dict[str, Any]:
    """The components that the paths refer to, directly or not."""
    reached: dict[str, Any] = {}
    waiting, seen = _refs(plain["paths"]), set[str]()
    while waiting:
        ref = waiting.pop()
        if ref in seen:
            continue
        seen.add(ref)
        _, _, section, name = ref.split("/", 3)
        part = plain["components"][section][name]
        reached.setdefault(section, {})[name] = part
        waiting |= _refs(part)
    return {section: dict(sorted(parts.items())) for section, parts in sorted(reached.items())}


def _refs(said: Any) -> set[str]:
    if isinstance(said, dict):
        own = {said["$ref"]} if isinstance(said.get("$ref"), str) else set[str]()
        return own.union(*(_refs(value) for value in said.values()))
    return set[str]().union(*(_refs(value) for value in said)) if isinstance(said, list) else set()


def _inlined(whole: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Schemas of other files become components of this one."""
    for ref in sorted(ref for ref in _refs(whole) if not ref.startswith("#")):
        file, _, inner = ref.partition("#/components/schemas/")
        other = json.loads((folder / file).resolve().read_text())
        whole["components"]["schemas"][inner] = other["components"]["schemas"][inner]
    read: dict[str, Any] = json.loads(_local(json.dumps(whole)))
    return read


def _local(text: str) -> str:
    return text.replace('"../common/common-schemas.json#', '"#')


def _patched(cut: dict[str, Any], patch: Path) -> dict[str, Any]:
    """`replace` is all our mends need of RFC 6902."""
    for change in json.loads(patch.read_text()) if patch.exists() else ():
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in change["path"].split("/")[1:]]
        place = cut
        for part in way:
            place = place[part]
        assert change["op"] == "replace"
        assert last in place
        place[last] = change["value"]
    return cut


def _write(file: Path, said: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
