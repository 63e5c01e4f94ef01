"""Messages to leads leave by one door: no errand, page or timer holds what it would take to send one."""

import ast
import inspect
from pathlib import Path

from rekindle.cli import pumps
from rekindle.providers.ports import StaffNotice

SOURCE = Path(__file__).parents[2] / "src" / "rekindle"
ADAPTERS = SOURCE / "providers"
WIRING = {"main.py", "cli/pumps.py"}
HEALTH = {"web/reach.py"}  # asks the sandbox about a message that never was; what it may call is shown below


def naming(name: str) -> set[str]:
    """The files, outside of the adapters, that name this at all: as an import, a variable or an attribute."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if not path.is_relative_to(ADAPTERS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.Name) and node.id == name)
        or (isinstance(node, ast.alias) and name in (node.name, node.asname))
    }


def test_only_the_outbox_holds_senders() -> None:
    assert naming("senders") <= WIRING | {"outbox/routes.py"}
    assert naming("Sender") <= WIRING | HEALTH | {"outbox/routes.py"}


def test_only_the_outbox_writes_what_a_sender_takes() -> None:
    assert {path.partition("/")[0] for path in naming("Outgoing") - HEALTH} == {"outbox"}


def test_only_one_line_sends() -> None:
    """A module's own function of the name is no method of a sender's."""
    modules = {"person_send"}
    sending = {
        path.relative_to(SOURCE).as_posix(): ast.unparse(node.func)
        for path in SOURCE.rglob("*.py")
        if not path.is_relative_to(ADAPTERS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "send"
        and not (isinstance(node.func.value, ast.Name) and node.func.value.id in modules)
    }
    assert sending == {"outbox/send.py": "sender.send"}


def test_who_runs_errands_is_given_no_sender() -> None:
    """What is handed to the handlers of errands, by the names of `Providers`."""
    tree = ast.parse(inspect.getsource(pumps.handlers))
    handed = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "wired"
    }
    assert handed == {"crms", "inbound", "enrichers", "tellers", "notifiers", "lists", "feeds", "plugs"}


def test_what_is_told_to_staff_has_no_room_for_a_leads_address() -> None:
    assert set(inspect.get_annotations(StaffNotice)) == {"office", "title", "text", "url", "emails", "key"}
    carried = (SOURCE / "alerts" / "tell.py").read_text(encoding="utf-8")
    assert "contact_point" not in carried
    assert "point" not in (SOURCE / "alerts" / "store.py").read_text(encoding="utf-8")
