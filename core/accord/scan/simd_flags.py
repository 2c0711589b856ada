"""Comparing a cache line of scores at a time, for the compiled scan: a flag each, or counts."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from accord.scan.simd import (
    Code,
    byte_count,
    compared_as,
    generated,
    lane_count,
    loaded,
    prefetch,
    spread,
)

LEVEL = 32  # the bit that the second of two counts starts at

_I8, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_SIGNS = (">", ">=")


@generated
def above(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    own: types.Number,
) -> tuple[Any, Code]:
    """Return which scores of a line are not at most ``own``, NaN among them: a bit each (R2)."""
    return _flags(">", start.dtype)


@generated
def level(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    own: types.Number,
) -> tuple[Any, Code]:
    """Return which scores of a line are not below ``own``, NaN among them: a bit each (R2)."""
    return _flags(">=", start.dtype)


@generated
def nans(_: Any, start: types.CPointer, at: types.Integer) -> tuple[Any, Code]:
    """Return which scores of a line are NaN: a bit each."""
    stored, width = start.dtype, lane_count(start.dtype)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        if not isinstance(compared_as(stored), types.Float):
            return ir.Constant(_I64, 0)
        scores = loaded(context, builder, stored, args[0], args[1], width)
        return _bits(builder, builder.fcmp_unordered("uno", scores, scores))

    return types.int64(start, types.int64), code


@generated
def marked(
    _: Any, start: types.CPointer, marks: types.CPointer, at: types.Integer, mark: types.Integer
) -> tuple[Any, Code]:
    """Return which bytes, of as many as a line has scores, have a mark: a bit each."""
    width = lane_count(start.dtype)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        stored = loaded(context, builder, types.uint8, args[1], args[2], width)
        wanted = spread(builder, builder.trunc(args[3], _I8), width)
        none = ir.Constant(wanted.type, None)
        return _bits(builder, builder.icmp_unsigned("!=", builder.and_(stored, wanted), none))

    return types.int64(start, types.CPointer(types.uint8), types.int64, types.int64), code


@generated
def mark(
    _: Any, start: types.CPointer, at: types.Integer, marks: types.CPointer
) -> tuple[Any, Code]:
    """Write a byte for each number of a line, 1 where it is 1, else 0; return which are neither."""
    stored, width = start.dtype, lane_count(start.dtype)
    label = compared_as(stored)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        kind = context.get_value_type(label)
        labels = loaded(context, builder, stored, args[0], args[1], width)
        one, none = (
            _equal(builder, label, labels, spread(builder, ir.Constant(kind, value), width))
            for value in (1, 0)
        )
        bytes_ = ir.VectorType(_I8, width)
        place = builder.bitcast(builder.gep(args[2], [args[1]]), bytes_.as_pointer())
        builder.store(builder.zext(one, bytes_), place, align=1)
        return _bits(builder, builder.not_(builder.or_(one, none)))

    return types.int64(start, types.int64, types.CPointer(types.uint8)), code


@generated
def ones(_: Any, bits: types.Integer) -> tuple[Any, Code]:
    """Return how many bits are set."""

    def code(_: Any, builder: ir.IRBuilder, __: Any, args: Any) -> ir.Value:
        return builder.ctpop(args[0])

    return types.int64(types.int64), code


@generated
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
    width, score = lane_count(start.dtype), compared_as(start.dtype)
    lanes_of_counts = ir.VectorType(ir.IntType(8 * byte_count(score)), width)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        first_score, begin, lines, own, far = args
        mine, before = spread(builder, own, width), builder.block
        loop, after = builder.append_basic_block("line"), builder.append_basic_block("counted")
        builder.branch(loop)
        builder.position_at_end(loop)
        line, place = builder.phi(_I64), builder.phi(_I64)
        counts = [builder.phi(lanes_of_counts) for _ in _SIGNS]
        scores = loaded(context, builder, start.dtype, first_score, place, width)
        prefetch(builder, first_score, builder.add(place, far))
        more = [
            builder.sub(
                count, builder.sext(compare(builder, sign, score, scores, mine), count.type)
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


def _flags(sign: str, stored: Any) -> tuple[Any, Code]:
    """Return what compares a line, and makes an integer of the flags."""
    width, score = lane_count(stored), compared_as(stored)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        scores = loaded(context, builder, stored, args[0], args[1], width)
        return _bits(
            builder, compare(builder, sign, score, scores, spread(builder, args[2], width))
        )

    return types.int64(types.CPointer(stored), types.int64, score), code


def compare(
    builder: ir.IRBuilder, sign: str, score: Any, scores: ir.Value, own: ir.Value
) -> ir.Value:
    """Return a flag for each score: whether it stands so to another, or is NaN."""
    if isinstance(score, types.Float):
        return builder.fcmp_unordered(sign, scores, own)  # true of NaN
    return (builder.icmp_signed if score.signed else builder.icmp_unsigned)(sign, scores, own)


def _bits(builder: ir.IRBuilder, flags: ir.Value) -> ir.Value:
    bits = builder.bitcast(flags, ir.IntType(flags.type.count))
    return bits if bits.type.width == _I64.width else builder.zext(bits, _I64)


def _equal(builder: ir.IRBuilder, score: Any, scores: ir.Value, own: ir.Value) -> ir.Value:
    if isinstance(score, types.Float):
        return builder.fcmp_ordered("==", scores, own)
    return builder.icmp_signed("==", scores, own)


def _total(builder: ir.IRBuilder, counts: ir.Value) -> ir.Value:
    """Return the sum of the lanes; that of bytes may need two."""
    if counts.type.element.width < _I32.width:
        counts = builder.zext(counts, ir.VectorType(_I32, counts.type.count))
    lane = counts.type.element
    name = f"llvm.vector.reduce.add.v{counts.type.count}i{lane.width}"
    add = builder.module.declare_intrinsic(name, (), ir.FunctionType(lane, [counts.type]))
    total = builder.call(add, [counts])
    return total if lane.width == _I64.width else builder.zext(total, _I64)
