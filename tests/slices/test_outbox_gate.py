"""One door to the providers (acceptance J4): nothing but outbox/send.py sends, nothing but the outbox asks."""

import ast
from pathlib import Path

import rekindle

SOURCE = Path(rekindle.__file__).parent


def calls(name: str) -> set[str]:
    """The files, outside of the adapters, that call an attribute of this name."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "providers"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    }


def mentions(name: str) -> set[str]:
    """The files that touch an attribute of this name, or get it by name."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr == name)
        or (isinstance(node, ast.Constant) and node.value == name)
    }


def test_only_the_outbox_sends() -> None:
    assert calls("send") == {"outbox/send.py"}


def test_only_the_outbox_and_the_wiring_reach_for_senders() -> None:
    """Health may ask a provider whether it is there; nobody else holds one."""
    others = {path for path in mentions("senders") if path.split("/")[0] not in {"outbox", "main.py", "cli"}}
    assert others <= {"web/health.py"}


def test_the_gate_stands_before_the_only_way_in_flight() -> None:
    """Nothing but claim.py puts a message in flight, and it does so only after asking the gate."""
    assert calls("set_in_flight") == {"outbox/claim.py"}
    assert calls("check") >= {"outbox/claim.py"}


def test_no_adapter_sends_by_itself() -> None:
    """Inside the adapters nobody calls another adapter's `send` on a Sender: they are leaves."""
    for path in (SOURCE / "providers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "send":
                assert not (isinstance(node.value, ast.Name) and "sender" in node.value.id.lower()), path
