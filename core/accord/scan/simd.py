"""Reading a cache line of scores as one vector, for the compiled scan.

Compilers vectorise a loop over a row for long rows alone: here a line is read as one vector, of
whichever width the processor has, and a row that ends within it leaves the rest out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, overload, register_model
from numba.np import numpy_support
from numba.np.arrayobj import make_array

LINE = 64  # bytes

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_BYTE = ir.IntType(8).as_pointer()

Code = Callable[..., ir.Value]


class Half(types.Type):
    """A float of 16 bits, of which numba has none: its bits are read from an array of uint16.

    numba names compiled code after the types of its arguments, and this type has the same name in
    every process. A record does not: numba numbers records as it meets them, so that code for two
    of them, compiled by two processes and cached, can have one name.
    """


_FLOAT16, _BFLOAT16 = Half("accord.float16"), Half("accord.bfloat16")

# What a caller passes beside the bits; typed here, for numba is slow to type a type in each call.
FLOAT16, BFLOAT16 = types.TypeRef(_FLOAT16), types.TypeRef(_BFLOAT16)


@register_model(Half)
class _HalfModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: Half) -> None:
        super().__init__(manager, kind, ir.IntType(16))  # type: ignore[no-untyped-call]  # numba has no annotations


def generated(build: Callable[..., tuple[Any, Code]]) -> Callable[..., Any]:
    """Let compiled code call what ``build`` makes for the types of its arguments."""
    function: Callable[..., Any] = intrinsic(build)
    return function


@generated
def first(_: Any, array: types.Array, half: Any) -> tuple[Any, Code]:
    """Return the place of an array's first score, which has no references to count.

    ``half`` is `FLOAT16` or `BFLOAT16` if the array holds the bits of those, else None.
    """

    def code(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return make_array(sig.args[0])(context, builder, args[0]).data

    stored = half.instance_type if isinstance(half, types.TypeRef) else array.dtype
    return types.CPointer(stored)(array, half), code


def scores_like(start: Any, count: Any) -> Any:
    """Return room for some scores, as `score_at` returns them; for compiled code alone."""
    raise NotImplementedError


@overload(scores_like)
def _scores_like(start: Any, count: Any) -> Callable[[Any, Any], Any]:
    dtype = numpy_support.as_dtype(compared_as(start.dtype))

    def room(start: Any, count: Any) -> Any:  # numba asks for the arguments' names and annotations
        return np.empty(count, dtype)

    return room


@generated
def lanes(_: Any, start: types.CPointer) -> tuple[Any, Code]:
    """Return how many scores a line holds."""

    def code(*_: Any) -> ir.Value:
        return ir.Constant(_I64, lane_count(start.dtype))

    return types.int64(start), code


@generated
def fetch(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
) -> tuple[Any, Code]:
    """Ask for the line of a score that will be read soon; a place outside the array does no harm."""

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        prefetch(builder, *args)
        return context.get_dummy_value()

    return types.void(start, types.int64), code


@generated
def score_at(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
) -> tuple[Any, Code]:
    """Return one score, as `compared` takes it."""

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        alone = loaded(context, builder, start.dtype, args[0], args[1], 1)
        return builder.extract_element(alone, ir.Constant(_I32, 0))

    return compared_as(start.dtype)(start, types.int64), code


def prefetch(builder: ir.IRBuilder, start: ir.Value, at: ir.Value) -> None:
    """Ask for the line of a score."""
    kind = ir.FunctionType(ir.VoidType(), [_BYTE, _I32, _I32, _I32])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], kind)
    read, near, data = (ir.Constant(_I32, each) for each in (0, 3, 1))
    builder.call(prefetch, [builder.bitcast(builder.gep(start, [at]), _BYTE), read, near, data])


def lane_count(stored: Any) -> int:
    """Return how many scores of a type a line holds."""
    return LINE // byte_count(stored)


def byte_count(stored: Any) -> int:
    """Return how many bytes a score of a type has."""
    return 2 if isinstance(stored, Half) else int(stored.bitwidth) // 8


def compared_as(stored: Any) -> Any:
    """Return the type of a score; float32 holds every float of 16 bits."""
    return types.float32 if isinstance(stored, Half) else stored


def loaded(
    context: Any, builder: ir.IRBuilder, stored: Any, start: ir.Value, at: ir.Value, width: int
) -> ir.Value:
    """Return a vector of scores, floats of 16 bits widened."""
    kind = context.get_value_type(stored)
    place = builder.gep(builder.bitcast(start, kind.as_pointer()), [at])
    place = builder.bitcast(place, ir.VectorType(kind, width).as_pointer())
    values = builder.load(place, align=byte_count(stored))
    if stored == _FLOAT16:
        values = builder.bitcast(values, ir.VectorType(ir.HalfType(), width))
        return builder.fpext(values, ir.VectorType(ir.FloatType(), width))
    if stored == _BFLOAT16:  # the upper half of a float32
        wide = builder.zext(values, ir.VectorType(_I32, width))
        wide = builder.shl(wide, ir.Constant(wide.type, [16] * width))
        return builder.bitcast(wide, ir.VectorType(ir.FloatType(), width))
    return values


def spread(builder: ir.IRBuilder, value: ir.Value, width: int) -> ir.Value:
    """Return a vector with one value in every lane."""
    nothing = ir.Constant(ir.VectorType(value.type, width), ir.Undefined)
    alone = builder.insert_element(nothing, value, ir.Constant(_I32, 0))
    places = ir.Constant(ir.VectorType(_I32, width), [0] * width)
    return builder.shuffle_vector(alone, nothing, places)
