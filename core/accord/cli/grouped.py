"""Options that go together, as one argument of a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from inspect import Parameter, signature
from typing import Any, TypeVar, get_type_hints

Result = TypeVar("Result")


def grouped(command: Callable[..., Result]) -> Callable[..., Result]:
    """Return a command that takes each field of its arguments that are dataclasses, as typer asks.

    Examples
    --------
    >>> import inspect
    >>> from dataclasses import dataclass
    >>> from accord.cli.grouped import grouped
    >>> @dataclass
    ... class Range:
    ...     start: int = 0
    ...     stop: int = 1
    >>> @grouped
    ... def size(*, of: Range):
    ...     return of.stop - of.start
    >>> list(inspect.signature(size).parameters), size(start=2, stop=5)
    (['start', 'stop'], 3)
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: hint for name, hint in hints.items() if is_dataclass(hint)}

    def run(**given: Any) -> Result:
        made = {
            name: group(**{each.name: given.pop(each.name) for each in fields(group)})
            for name, group in groups.items()
        }
        return command(**given, **made)

    taken: list[Parameter] = []
    for parameter in signature(command).parameters.values():
        if parameter.name in groups:
            taken += _fields_of(groups[parameter.name])
        else:
            taken.append(parameter.replace(annotation=hints[parameter.name]))
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    run.__signature__ = signature(command).replace(parameters=taken)  # type: ignore[attr-defined]  # which typer reads
    run.__annotations__ = {each.name: each.annotation for each in taken}
    return run


def _fields_of(group: Any) -> list[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(
            each.name, Parameter.KEYWORD_ONLY, default=each.default, annotation=hints[each.name]
        )
        for each in fields(group)
    ]
