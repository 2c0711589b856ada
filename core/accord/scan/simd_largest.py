"""The largest score of a row, a cache line at a time, for the compiled scan."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from accord.scan.simd import Code, compared_as, generated, lane_count, loaded, spread

_I1, _I64 = ir.IntType(1), ir.IntType(64)


@generated
def largest(
    _: Any, start: types.CPointer, at: types.Integer, end: types.Integer
) -> tuple[Any, Code]:
    """Return the largest score from ``at`` to ``end``, a line or more; NaN if one is NaN."""
    return _largest(start.dtype, bounded=False)


@generated
def largest_below(
    _: Any, start: types.CPointer, at: types.Integer, end: types.Integer, bound: types.Number
) -> tuple[Any, Code]:
    """Return the largest score below ``bound``, or the least number of the type if none is.

    There is no NaN among the scores.
    """
    return _largest(start.dtype, bounded=True)


def _largest(stored: Any, *, bounded: bool) -> tuple[Any, Code]:
    """Return what reads a row line by line; the last line overlaps the one before it."""
    width, score = lane_count(stored), compared_as(stored)
    floating = isinstance(score, types.Float)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        first_score, begin, end = args[:3]
        least = ir.Constant(context.get_value_type(score), _least(score))
        lowest = spread(builder, least, width)
        bound = spread(builder, args[3], width) if bounded else None
        last = builder.sub(end, ir.Constant(_I64, width))
        before = builder.block
        loop, after = builder.append_basic_block("line"), builder.append_basic_block("largest")
        builder.branch(loop)
        builder.position_at_end(loop)
        place, best = builder.phi(_I64), builder.phi(lowest.type)
        unknown = builder.phi(ir.VectorType(_I1, width))
        scores = loaded(context, builder, stored, first_score, place, width)
        nan = unknown
        if floating and not bounded:
            nan = builder.or_(unknown, builder.fcmp_unordered("uno", scores, scores))
        if bound is not None:
            scores = builder.select(_less(builder, score, scores, bound), scores, lowest)
        better = builder.select(_less(builder, score, best, scores), scores, best)
        onward = builder.add(place, ir.Constant(_I64, width))
        onward = builder.select(builder.icmp_signed("<", onward, last), onward, last)
        no_flags = ir.Constant(unknown.type, None)
        starts = ((place, begin, onward), (best, lowest, better), (unknown, no_flags, nan))
        for phi, initial, then in starts:
            phi.add_incoming(initial, before)
            phi.add_incoming(then, loop)
        builder.cbranch(builder.icmp_signed("<", place, last), loop, after)
        builder.position_at_end(after)
        found = _highest(builder, score, better)
        if not floating or bounded:
            return found
        flags = builder.bitcast(nan, ir.IntType(width))
        any_nan = builder.icmp_unsigned("!=", flags, ir.Constant(flags.type, 0))
        return builder.select(any_nan, ir.Constant(found.type, float("nan")), found)

    signature = (types.CPointer(stored), types.int64, types.int64)
    return score(*signature, *((score,) if bounded else ())), code


def _less(builder: ir.IRBuilder, score: Any, mine: ir.Value, other: ir.Value) -> ir.Value:
    if isinstance(score, types.Float):
        return builder.fcmp_ordered("<", mine, other)
    return (builder.icmp_signed if score.signed else builder.icmp_unsigned)("<", mine, other)


def _least(score: Any) -> Any:
    return float("-inf") if isinstance(score, types.Float) else int(score.minval)


def _highest(builder: ir.IRBuilder, score: Any, scores: ir.Value) -> ir.Value:
    """Return the largest lane; none is NaN."""
    lane, width = scores.type.element, scores.type.count
    if isinstance(score, types.Float):
        kind, name = "fmax", f"v{width}f{score.bitwidth}"
    else:
        kind, name = "smax" if score.signed else "umax", f"v{width}i{score.bitwidth}"
    function = ir.FunctionType(lane, [scores.type])
    reduce = builder.module.declare_intrinsic(f"llvm.vector.reduce.{kind}.{name}", (), function)
    return builder.call(reduce, [scores], fastmath=("nnan", "nsz") if kind == "fmax" else ())
