"""Comparing as many samples as a line has scores, each with its own score, for the compiled scan."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from accord.scan.simd import Code, compared_as, generated, lane_count, loaded
from accord.scan.simd_flags import compare

_I32 = ir.IntType(32)

COUNTS = types.CPointer(types.int32)


@generated
def add_rivals(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    own: types.CPointer,
    row: types.Integer,
    ahead: types.CPointer,
    level: types.CPointer,
) -> tuple[Any, Code]:
    """Count, for each sample of a line, the score of one class: above its own, and not below it.

    The scores of the class begin at ``at``, what belongs to the samples at ``row``. NaN counts as
    both (R2).
    """

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        first, at, own, row, *counts = args
        scores, mine = _lines(context, builder, start.dtype, first, at, own, row)
        for sign, count in zip((">", ">="), counts, strict=True):
            flags = compare(builder, sign, compared_as(start.dtype), scores, mine)
            _add(builder, count, row, flags)
        return context.get_dummy_value()

    scores = (start, types.int64, types.CPointer(compared_as(start.dtype)), types.int64)
    return types.void(*scores, COUNTS, COUNTS), code


@generated
def add_equals(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    own: types.CPointer,
    row: types.Integer,
    each: types.Integer,
    label: types.CPointer,
    before: types.CPointer,
) -> tuple[Any, Code]:
    """Count, for each sample of a line, the score of class ``each`` if it equals its own before it."""

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        first, at, own, row, each, label, before = args
        scores, mine = _lines(context, builder, start.dtype, first, at, own, row)
        score = compared_as(start.dtype)
        floating = isinstance(score, types.Float)
        equal = (builder.fcmp_ordered if floating else builder.icmp_signed)("==", scores, mine)
        labels = builder.load(_vector(builder, label, row, equal.type.count), align=4)
        width = ir.VectorType(_I32, equal.type.count)
        place = builder.insert_element(
            ir.Constant(width, ir.Undefined), builder.trunc(each, _I32), ir.Constant(_I32, 0)
        )
        place = builder.shuffle_vector(
            place, ir.Constant(width, ir.Undefined), ir.Constant(width, [0] * width.count)
        )
        _add(builder, before, row, builder.and_(equal, builder.icmp_signed("<", place, labels)))
        return context.get_dummy_value()

    scores = (start, types.int64, types.CPointer(compared_as(start.dtype)), types.int64)
    return types.void(*scores, types.int64, COUNTS, COUNTS), code


def _lines(
    context: Any,
    builder: ir.IRBuilder,
    stored: Any,
    start: ir.Value,
    at: ir.Value,
    own: ir.Value,
    row: ir.Value,
) -> tuple[ir.Value, ir.Value]:
    width = lane_count(stored)
    scores = loaded(context, builder, stored, start, at, width)
    return scores, loaded(context, builder, compared_as(stored), own, row, width)


def _add(builder: ir.IRBuilder, counts: ir.Value, row: ir.Value, flags: ir.Value) -> None:
    place = _vector(builder, counts, row, flags.type.count)
    total = builder.sub(
        builder.load(place, align=4), builder.sext(flags, ir.VectorType(_I32, flags.type.count))
    )
    builder.store(total, place, align=4)


def _vector(builder: ir.IRBuilder, start: ir.Value, at: ir.Value, width: int) -> ir.Value:
    return builder.bitcast(builder.gep(start, [at]), ir.VectorType(_I32, width).as_pointer())
