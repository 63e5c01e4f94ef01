"""One door to the providers (acceptance J4): nothing but outbox/send.py sends, nothing but the outbox asks."""

import ast
from pathlib import Path

import rekindle

SOURCE = Path(rekindle.__file__).parent


def calls(name: str) -> set[str]:
    """The files, outside of the adapters, that call a method of this name (a module's function is no method)."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] != "providers"
        for tree in [ast.parse(path.read_text())]
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
        if not (isinstance(node.func.value, ast.Name) and node.func.value.id in modules(tree))
    }


def modules(tree: ast.Module) -> set[str]:
    """What a file imports, by the names it uses."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return {alias.asname or alias.name for node in imports for alias in node.names}


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
    """One statement puts a message in flight, one file runs it, and that file asks the gate."""
    writers = {
        path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py") if "= 'in_flight'" in path.read_text()
    }
    assert writers == {"outbox/store.py"}
    users = [p for p in SOURCE.rglob("*.py") if "set_in_flight" in p.read_text()]
    assert {p.relative_to(SOURCE).as_posix() for p in users} == {"outbox/store.py", "outbox/claim.py"}
    assert "gate.check(" in (SOURCE / "outbox/claim.py").read_text()


def test_no_adapter_sends_by_itself() -> None:
    """Inside the adapters nobody calls another adapter's `send` on a Sender: they are leaves."""
    for path in (SOURCE / "providers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "send":
                assert not (isinstance(node.value, ast.Name) and "sender" in node.value.id.lower()), path
