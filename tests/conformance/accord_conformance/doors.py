"""Laws as pytest parameters: one for each mode and device; laws that do not run are skipped."""

from __future__ import annotations

from typing import Any

import pytest

from accord.testing import MODES, Adapter
from accord_conformance import strength
from accord_conformance.laws import LAWS

DTYPES = (
    *("float16", "bfloat16", "float32", "float64", "bool"),
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
)


def _undeclared() -> None:
    """Take the place of a law that does not run; its test is skipped with the reason."""


def cases(adapter: Adapter) -> list[Any]:
    """Return a pytest parameter for each law, mode and device of an adapter.

    The strength decides how many laws run in a mode. Laws that do not run, and modes and dtypes
    that the adapter does not declare, are parameters too; they are skipped with the reason.

    Raises
    ------
    ValueError
        If a mode has a name that no law knows, for nothing would prove it.
    """
    declared = adapter.modes()
    for mode in declared:
        if mode.partition("-")[0] not in MODES:
            raise ValueError(
                f"{adapter.name} declares a mode {mode!r}, which no law knows; name it"
                f" {', '.join(MODES[:-1])} or {MODES[-1]}, or one of these with a suffix, such as"
                " 'compiled-fast'"
            )
    how = strength.chosen()
    held = {mode: [law for law in LAWS if mode.partition("-")[0] in law.modes] for mode in declared}
    tried = {mode: how.laws(adapter, mode, laws) for mode, laws in held.items()}
    found = [
        pytest.param(
            lambda law=law, mode=mode, device=device: law.check(adapter, mode, device),
            id=f"{adapter.name}-{mode}-{'' if device is None else f'{device}-'}{law.rule}-{law.name}",
        )
        for device in adapter.devices()
        for mode, laws in tried.items()
        for law in laws
    ]
    missing = [f"mode {mode}" for mode in MODES if mode not in declared]
    missing += [f"dtype {dtype}" for dtype in DTYPES if dtype not in adapter.dtypes]
    skipped = {what: f"{adapter.name} declares no {what}" for what in missing}
    for mode, laws in held.items():
        if left := len(laws) - len(tried[mode]):
            reason = f"{left} more laws of {adapter.name}'s mode {mode} run with --laws exhaustive"
            skipped[f"mode {mode}, {left} more laws"] = reason
    for what, reason in skipped.items():
        skip = pytest.mark.skip(reason=reason)
        found.append(pytest.param(_undeclared, id=f"{adapter.name}-{what}", marks=skip))
    return found


def parametrize(*adapters: Adapter) -> pytest.MarkDecorator:
    """Return a decorator that runs a test with every law of some adapters.

    Examples
    --------
    >>> import accord_conformance
    >>> from accord_numpy import ADAPTER
    >>> @accord_conformance.parametrize(ADAPTER)
    ... def test_conformance(check):
    ...     check()
    """
    return pytest.mark.parametrize("check", [case for each in adapters for case in cases(each)])
