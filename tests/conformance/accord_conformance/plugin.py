"""The pytest plugin behind ``pytest --pyargs accord_conformance --adapter NAME``.

pytest loads it wherever accord is installed, so it imports nothing until a law is collected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from accord.testing import Adapter

TEST = "test_the_chosen_adapter_keeps_the_law"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of what to prove."""
    group = parser.getgroup("accord", "accord conformance")
    group.addoption("--adapter", help="name of the registered accord adapter to prove")
    group.addoption("--namespace", help="module of an Array API library without an accord adapter")
    group.addoption(
        "--laws",
        choices=("quick", "brief", "usual", "exhaustive"),
        default="usual",
        help="quick: one law of each rule, eager; brief: the same in every mode; usual: every law,"
        " but in slow modes one of each rule; exhaustive: every law in every mode, on twice as"
        " many drawn examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set the strength of this process."""
    if config.getoption("--laws") != "usual":
        from accord_conformance import strength

        strength.choose(config.getoption("--laws"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Parametrize the test with every law of the chosen adapter."""
    if metafunc.function.__name__ == TEST:
        from accord_conformance.doors import cases

        adapter = _chosen(metafunc.config)
        metafunc.parametrize("check", [_nothing_chosen()] if adapter is None else cases(adapter))


def _chosen(config: pytest.Config) -> Adapter | None:
    from accord.backends import registry
    from accord.backends.base import Backend
    from accord.testing import Adapter

    if namespace := config.getoption("--namespace"):
        return Adapter(Backend(namespace))
    name = config.getoption("--adapter")
    try:
        return None if name is None else cast("Adapter", registry.load(name))
    except LookupError as error:
        raise pytest.UsageError(f"--adapter: {error}") from None


def _nothing_chosen() -> Any:
    skip = pytest.mark.skip(reason="pass --adapter NAME to prove an adapter")
    return pytest.param(None, marks=skip)
