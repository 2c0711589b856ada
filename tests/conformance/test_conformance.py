"""Every law on every registered adapter whose framework is installed, and on a bare Array API."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import cast

import accord_conformance
from accord import adapters
from accord.backends import registry
from accord.backends.base import Backend
from accord.testing import Adapter

INSTALLED = [
    cast("Adapter", registry.load(name)) for name in adapters() if importlib.util.find_spec(name)
]


@accord_conformance.parametrize(*INSTALLED, Adapter(Backend("array_api_strict")))
def test_the_adapter_keeps_the_law(check: Callable[[], None]) -> None:
    check()
