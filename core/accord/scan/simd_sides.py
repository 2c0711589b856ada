"""Counting labels 0 and 1 by the side of a threshold that their score is on, some lines at once."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from accord.scan.simd import Code, compared_as, generated, lane_count, loaded, prefetch, spread
from accord.scan.simd_flags import compare

FIELD = 16  # bits of each count
FAR = 64  # how many lines ahead are asked for
MOST_LINES = 127  # what a byte a lane counts

_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)


@generated
def plain_sides(
    _: Any,
    start: types.CPointer,
    marks: types.CPointer,
    at: types.Integer,
    lines: types.Integer,
    own: types.Number,
) -> tuple[Any, Code]:
    """Count, in some lines, 1 to `MOST_LINES`, the true labels, the scores above ``own``, and both.

    Each count has `FIELD` bits, the first the lowest. The result is -1 if a score equals ``own`` or
    is NaN, or a mark is not 0 or 1. Every lane counts in a byte.
    """
    width, score = lane_count(start.dtype), compared_as(start.dtype)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        scores_from, marks_from, begin, lines, own = args
        mine, before = spread(builder, own, width), builder.block
        loop, after = builder.append_basic_block("line"), builder.append_basic_block("sides")
        builder.branch(loop)
        builder.position_at_end(loop)
        line, place = builder.phi(_I64), builder.phi(_I64)
        none = ir.Constant(ir.VectorType(_I8, width), None)
        true, up, up_true, least, seen = counts = [builder.phi(none.type) for _ in range(5)]
        scores = loaded(context, builder, start.dtype, scores_from, place, width)
        stored = loaded(context, builder, types.uint8, marks_from, place, width)
        prefetch(builder, scores_from, builder.add(place, ir.Constant(_I64, FAR * width)))
        is_least = compare(builder, ">=", score, scores, mine)  # of NaN too
        is_up = _above(builder, score, scores, mine)
        more = [
            builder.add(true, stored),
            builder.sub(up, builder.sext(is_up, none.type)),
            builder.add(up_true, builder.select(is_up, stored, none)),
            builder.sub(least, builder.sext(is_least, none.type)),
            builder.or_(seen, stored),
        ]
        done = builder.add(line, ir.Constant(_I64, 1))
        onward = builder.add(place, ir.Constant(_I64, width))
        starts = (ir.Constant(_I64, 0), begin, *[none] * len(counts))
        for phi, initial, then in zip(
            (line, place, *counts), starts, (done, onward, *more), strict=True
        ):
            phi.add_incoming(initial, before)
            phi.add_incoming(then, loop)
        builder.cbranch(builder.icmp_signed("<", done, lines), loop, after)
        builder.position_at_end(after)
        return _packed(builder, more)

    scores = (start, types.CPointer(types.uint8), types.int64, types.int64, score)
    return types.int64(*scores), code


def _above(builder: ir.IRBuilder, score: Any, scores: ir.Value, own: ir.Value) -> ir.Value:
    if isinstance(score, types.Float):
        return builder.fcmp_ordered(">", scores, own)  # false of NaN
    return compare(builder, ">", score, scores, own)


def _packed(builder: ir.IRBuilder, counts: list[ir.Value]) -> ir.Value:
    """Return the first three of the counts in one integer, or -1."""
    true, up, up_true, least, seen = counts
    odd = builder.or_(
        builder.xor(up, least),
        builder.lshr(seen, spread(builder, ir.Constant(_I8, 1), up.type.count)),
    )
    total, *others = (builder.zext(_total(builder, each), _I64) for each in (true, up, up_true))
    for field, each in enumerate(others, 1):
        total = builder.or_(total, builder.shl(each, ir.Constant(_I64, field * FIELD)))
    bits = builder.bitcast(odd, ir.IntType(8 * up.type.count))
    is_odd = builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))
    return builder.select(is_odd, ir.Constant(_I64, -1), total)


def _total(builder: ir.IRBuilder, counts: ir.Value) -> ir.Value:
    wide = builder.zext(counts, ir.VectorType(_I32, counts.type.count))
    name = f"llvm.vector.reduce.add.v{counts.type.count}i32"
    add = builder.module.declare_intrinsic(name, (), ir.FunctionType(_I32, [wide.type]))
    return builder.call(add, [wide])
