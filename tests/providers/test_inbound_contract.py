"""Every webhook source passes the one contract suite."""

import importlib
import pkgutil
from collections.abc import Callable
from itertools import permutations

import pytest

import tests.providers
from tests.providers import contract
from tests.providers.contract import Adapter

ADAPTERS: dict[str, Adapter] = {
    f"{module.name.removeprefix('adapters_')}-{adapter.inbound.source}-{place}": adapter
    for module in pkgutil.iter_modules(tests.providers.__path__)
    if module.name.startswith("adapters_")
    for place, adapter in enumerate(importlib.import_module(f"tests.providers.{module.name}").ADAPTERS)
}


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ADAPTERS)
def test_contract(name: str, check: Callable[[Adapter], None]) -> None:
    check(ADAPTERS[name])


@pytest.mark.parametrize(("one", "other"), list(permutations(ADAPTERS, 2)))
def test_another_providers_request_is_refused(one: str, other: str) -> None:
    adapter, theirs = ADAPTERS[one], ADAPTERS[other]
    if adapter.sign is not theirs.sign or adapter.account.values != theirs.account.values:
        contract.another_providers_is_refused(adapter, theirs)
