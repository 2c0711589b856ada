"""Comparisons of a cache line of scores at a time, for the compiled row scan.

Compilers vectorise a loop over a row for long rows alone: here a line is compared as one vector,
of whichever width the processor has, and a row that ends within it leaves the rest out.

numba's cache on disk follows changes of ``row_scan.py`` alone: after one here, remove it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

LINE = 64  # bytes
LEVEL = 32  # the bit that the second of two counts starts at

_I32, _I64 = ir.IntType(32), ir.IntType(64)

Code = Callable[..., ir.Value]


def _generated(build: Callable[..., tuple[Any, Code]]) -> Callable[..., Any]:
    """Let compiled code call what ``build`` makes for the types of its arguments."""
    function: Callable[..., Any] = intrinsic(build)
    return function


@_generated
def first(_: Any, array: types.Array) -> tuple[Any, Code]:
    """Return the place of an array's first entry, which has no references to count."""

    def code(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return make_array(sig.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), code


@_generated
def lanes(_: Any, start: types.CPointer) -> tuple[Any, Code]:
    """Return how many scores a line holds."""

    def code(*_: Any) -> ir.Value:
        return ir.Constant(_I64, _lanes(start.dtype))

    return types.int64(start), code


@_generated
def compared(
    _: Any,
    start: types.CPointer,
    at: types.Integer,  # noqa: ARG001  # all that is known here is its type
    some: types.Integer,  # noqa: ARG001  # the same
    own: types.Number,  # noqa: ARG001  # the same
) -> tuple[Any, Code]:
    """Count, of the first ``some`` scores of a line, those not at most ``own`` and those not below.

    NaN is among both (R2). The second count starts at bit `LEVEL`. The whole line is read.
    """
    width, score = _lanes(start.dtype), _compared_as(start.dtype)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        scores = _loaded(context, builder, start.dtype, args[0], args[1], width)
        mine = _spread(builder, args[3], width)
        wanted = _lowest(builder, args[2], width)

        def counted(sign: str) -> ir.Value:
            if isinstance(score, types.Float):
                flags = builder.fcmp_unordered(sign, scores, mine)
            elif score.signed:
                flags = builder.icmp_signed(sign, scores, mine)
            else:
                flags = builder.icmp_unsigned(sign, scores, mine)
            bits = builder.bitcast(flags, ir.IntType(width))
            bits = bits if width == _I64.width else builder.zext(bits, _I64)
            return builder.ctpop(builder.and_(bits, wanted))

        level = builder.shl(counted(">="), ir.Constant(_I64, LEVEL))
        return builder.or_(counted(">"), level)

    return types.int64(start, types.int64, types.int64, score), code


@_generated
def score_at(
    _: Any,
    start: types.CPointer,
    at: types.Integer,  # noqa: ARG001  # the same
) -> tuple[Any, Code]:
    """Return one score, as `compared` takes it."""

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        alone = _loaded(context, builder, start.dtype, args[0], args[1], 1)
        return builder.extract_element(alone, ir.Constant(_I32, 0))

    return _compared_as(start.dtype)(start, types.int64), code


def _lanes(stored: Any) -> int:
    return LINE // _bytes(stored)


def _bytes(stored: Any) -> int:
    return int(stored.size if isinstance(stored, types.Record) else stored.bitwidth // 8)


def _compared_as(stored: Any) -> Any:
    """Return the type of a score; floats of 16 bits are records, which float32 holds."""
    return types.float32 if isinstance(stored, types.Record) else stored


def _loaded(  # noqa: PLR0917  # what numba hands over, and a width
    context: Any, builder: ir.IRBuilder, stored: Any, start: ir.Value, at: ir.Value, width: int
) -> ir.Value:
    """Return a vector of scores, floats of 16 bits widened."""
    halves = isinstance(stored, types.Record)
    kind = ir.IntType(16) if halves else context.get_value_type(stored)
    place = builder.gep(builder.bitcast(start, kind.as_pointer()), [at])
    place = builder.bitcast(place, ir.VectorType(kind, width).as_pointer())
    values = builder.load(place, align=_bytes(stored))
    if halves and "float16" in stored.fields:
        values = builder.bitcast(values, ir.VectorType(ir.HalfType(), width))
        return builder.fpext(values, ir.VectorType(ir.FloatType(), width))
    if halves:  # a bfloat16 is the upper half of a float32
        wide = builder.zext(values, ir.VectorType(_I32, width))
        wide = builder.shl(wide, ir.Constant(wide.type, [16] * width))
        return builder.bitcast(wide, ir.VectorType(ir.FloatType(), width))
    return values


def _spread(builder: ir.IRBuilder, value: ir.Value, width: int) -> ir.Value:
    """Return a vector with one value in every lane."""
    nothing = ir.Constant(ir.VectorType(value.type, width), ir.Undefined)
    alone = builder.insert_element(nothing, value, ir.Constant(_I32, 0))
    places = ir.Constant(ir.VectorType(_I32, width), [0] * width)
    return builder.shuffle_vector(alone, nothing, places)


def _lowest(builder: ir.IRBuilder, some: ir.Value, width: int) -> ir.Value:
    """Return a mask of the lowest ``some`` of ``width`` bits, at least one."""
    every = ir.Constant(_I64, (1 << width) - 1)
    return builder.lshr(every, builder.sub(ir.Constant(_I64, width), some))
