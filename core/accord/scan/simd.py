"""Comparisons of a cache line of scores at a time, for the compiled row scan.

Compilers vectorise a loop over a row for long rows alone: here a line is compared as one vector,
of whichever width the processor has, and a row that ends within it leaves the rest out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model
from numba.np.arrayobj import make_array

LINE = 64  # bytes
LEVEL = 32  # the bit that the second of two counts starts at

_I32, _I64 = ir.IntType(32), ir.IntType(64)
_BYTE = ir.IntType(8).as_pointer()
_SIGNS = (">", ">=")

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


def _generated(build: Callable[..., tuple[Any, Code]]) -> Callable[..., Any]:
    """Let compiled code call what ``build`` makes for the types of its arguments."""
    function: Callable[..., Any] = intrinsic(build)
    return function


@_generated
def first(_: Any, array: types.Array, half: Any) -> tuple[Any, Code]:
    """Return the place of an array's first score, which has no references to count.

    ``half`` is `FLOAT16` or `BFLOAT16` if the array holds the bits of those, else None.
    """

    def code(context: Any, builder: ir.IRBuilder, sig: Any, args: Any) -> ir.Value:
        return make_array(sig.args[0])(context, builder, args[0]).data

    stored = half.instance_type if isinstance(half, types.TypeRef) else array.dtype
    return types.CPointer(stored)(array, half), code


@_generated
def lanes(_: Any, start: types.CPointer) -> tuple[Any, Code]:
    """Return how many scores a line holds."""

    def code(*_: Any) -> ir.Value:
        return ir.Constant(_I64, _lanes(start.dtype))

    return types.int64(start), code


@_generated
def above(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    own: types.Number,
) -> tuple[Any, Code]:
    """Return which scores of a line are not at most ``own``, NaN among them: a bit each (R2)."""
    return _flags(">", start.dtype)


@_generated
def level(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    own: types.Number,
) -> tuple[Any, Code]:
    """Return which scores of a line are not below ``own``, NaN among them: a bit each (R2)."""
    return _flags(">=", start.dtype)


@_generated
def ones(_: Any, bits: types.Integer) -> tuple[Any, Code]:
    """Return how many bits are set."""

    def code(_: Any, builder: ir.IRBuilder, __: Any, args: Any) -> ir.Value:
        return builder.ctpop(args[0])

    return types.int64(types.int64), code


@_generated
def counted(  # numbers alone
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    lines: types.Integer,
    own: types.Number,
    far: types.Integer,
) -> tuple[Any, Code]:
    """Count the scores of some lines, 1 to 127, that are not at most ``own``, and not below it.

    The second count starts at bit `LEVEL`. Each lane counts in an integer as wide as a score, and
    the scores ``far`` ahead are asked for.
    """
    width, score = _lanes(start.dtype), _compared_as(start.dtype)
    lanes_of_counts = ir.VectorType(ir.IntType(8 * _bytes(score)), width)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        first_score, begin, lines, own, far = args
        mine, before = _spread(builder, own, width), builder.block
        loop, after = builder.append_basic_block("line"), builder.append_basic_block("counted")
        builder.branch(loop)
        builder.position_at_end(loop)
        line, place = builder.phi(_I64), builder.phi(_I64)
        counts = [builder.phi(lanes_of_counts) for _ in _SIGNS]
        scores = _loaded(context, builder, start.dtype, first_score, place, width)
        _prefetch(builder, first_score, builder.add(place, far))
        more = [
            builder.sub(
                count, builder.sext(_compare(builder, sign, score, scores, mine), count.type)
            )
            for sign, count in zip(_SIGNS, counts, strict=True)
        ]
        done = builder.add(line, ir.Constant(_I64, 1))
        onward = builder.add(place, ir.Constant(_I64, width))
        nothing = ir.Constant(lanes_of_counts, None)
        starts = (ir.Constant(_I64, 0), begin, nothing, nothing)
        for phi, initial, then in zip(
            (line, place, *counts), starts, (done, onward, *more), strict=True
        ):
            phi.add_incoming(initial, before)
            phi.add_incoming(then, loop)
        builder.cbranch(builder.icmp_signed("<", done, lines), loop, after)
        builder.position_at_end(after)
        above, level = (_total(builder, each) for each in more)
        return builder.or_(above, builder.shl(level, ir.Constant(_I64, LEVEL)))

    return types.int64(start, types.int64, types.int64, score, types.int64), code


@_generated
def fetch(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
) -> tuple[Any, Code]:
    """Ask for the line of a score that will be read soon; a place outside the array does no harm."""

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        _prefetch(builder, *args)
        return context.get_dummy_value()

    return types.void(start, types.int64), code


@_generated
def score_at(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
) -> tuple[Any, Code]:
    """Return one score, as `compared` takes it."""

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        alone = _loaded(context, builder, start.dtype, args[0], args[1], 1)
        return builder.extract_element(alone, ir.Constant(_I32, 0))

    return _compared_as(start.dtype)(start, types.int64), code


def _flags(sign: str, stored: Any) -> tuple[Any, Code]:
    """Return what compares a line, and makes an integer of the flags."""
    width, score = _lanes(stored), _compared_as(stored)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        scores = _loaded(context, builder, stored, args[0], args[1], width)
        flags = _compare(builder, sign, score, scores, _spread(builder, args[2], width))
        bits = builder.bitcast(flags, ir.IntType(width))
        return bits if width == _I64.width else builder.zext(bits, _I64)

    return types.int64(types.CPointer(stored), types.int64, score), code


def _compare(
    builder: ir.IRBuilder, sign: str, score: Any, scores: ir.Value, own: ir.Value
) -> ir.Value:
    if isinstance(score, types.Float):
        return builder.fcmp_unordered(sign, scores, own)  # true of NaN
    return (builder.icmp_signed if score.signed else builder.icmp_unsigned)(sign, scores, own)


def _total(builder: ir.IRBuilder, counts: ir.Value) -> ir.Value:
    """Return the sum of the lanes; that of bytes may need two."""
    if counts.type.element.width < _I32.width:
        counts = builder.zext(counts, ir.VectorType(_I32, counts.type.count))
    lane = counts.type.element
    name = f"llvm.vector.reduce.add.v{counts.type.count}i{lane.width}"
    add = builder.module.declare_intrinsic(name, (), ir.FunctionType(lane, [counts.type]))
    total = builder.call(add, [counts])
    return total if lane.width == _I64.width else builder.zext(total, _I64)


def _prefetch(builder: ir.IRBuilder, start: ir.Value, at: ir.Value) -> None:
    kind = ir.FunctionType(ir.VoidType(), [_BYTE, _I32, _I32, _I32])
    prefetch = builder.module.declare_intrinsic("llvm.prefetch", [_BYTE], kind)
    read, near, data = (ir.Constant(_I32, each) for each in (0, 3, 1))
    builder.call(prefetch, [builder.bitcast(builder.gep(start, [at]), _BYTE), read, near, data])


def _lanes(stored: Any) -> int:
    return LINE // _bytes(stored)


def _bytes(stored: Any) -> int:
    return 2 if isinstance(stored, Half) else int(stored.bitwidth) // 8


def _compared_as(stored: Any) -> Any:
    """Return the type of a score; float32 holds every float of 16 bits."""
    return types.float32 if isinstance(stored, Half) else stored


def _loaded(
    context: Any, builder: ir.IRBuilder, stored: Any, start: ir.Value, at: ir.Value, width: int
) -> ir.Value:
    """Return a vector of scores, floats of 16 bits widened."""
    kind = context.get_value_type(stored)
    place = builder.gep(builder.bitcast(start, kind.as_pointer()), [at])
    place = builder.bitcast(place, ir.VectorType(kind, width).as_pointer())
    values = builder.load(place, align=_bytes(stored))
    if stored == _FLOAT16:
        values = builder.bitcast(values, ir.VectorType(ir.HalfType(), width))
        return builder.fpext(values, ir.VectorType(ir.FloatType(), width))
    if stored == _BFLOAT16:  # the upper half of a float32
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
