"""The options of ``pytest --pyargs accord_conformance``."""

from __future__ import annotations

from typing import Any

import pytest

from accord import registry
from accord_conformance.doors import cases


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of what to prove."""
    group = parser.getgroup("accord")
    group.addoption("--adapter", help="name of the registered adapter to prove")
    group.addoption("--namespace", help="module of an Array API library without an adapter")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every law of the chosen adapter to the test that takes ``check``."""
    if metafunc.function.__name__ == "test_the_chosen_adapter_keeps_the_law":
        metafunc.parametrize("check", _chosen(metafunc.config))


def _chosen(config: pytest.Config) -> list[Any]:
    if namespace := config.getoption("--namespace"):
        return cases(registry.Adapter(namespace))
    name = config.getoption("--adapter")
    if name is None:
        reason = f"pass --adapter NAME, one of {', '.join(registry.adapters())}"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    try:
        return cases(registry.load(name))
    except LookupError as error:
        raise pytest.UsageError(f"--adapter: {error}") from None
