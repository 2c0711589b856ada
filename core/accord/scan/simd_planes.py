"""Comparing as many samples as a line has scores, each with its own score, for the compiled scan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

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
from accord.scan.simd_flags import compare

_I32 = ir.IntType(32)

COUNTS = types.CPointer(types.int32)


@generated
def pick_own(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    apart: types.Integer,
    classes: types.Integer,
    each: types.Integer,
    label: types.CPointer,
    own: types.CPointer,
    row: types.Integer,
) -> tuple[Any, Code]:
    """Write, for each sample of a line, the score of its label if that is one of some classes.

    The first of the classes is ``each``; its scores begin at ``at``, what belongs to the samples
    at ``row``.
    """
    width, score = lane_count(start.dtype), compared_as(start.dtype)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        first, at, apart, classes, each, label, own, row = args
        labels = builder.load(_vector(builder, label, row, width), align=4)
        labels = builder.sub(labels, spread(builder, builder.trunc(each, _I32), width))
        before = loaded(context, builder, score, own, row, width)

        def pick(each: ir.Value, scores: ir.Value, found: list[ir.Value]) -> list[ir.Value]:
            is_own = builder.icmp_signed("==", spread(builder, each, width), labels)
            return [builder.select(is_own, scores, found[0])]

        line = _Line(context, start.dtype, first, at, apart, classes)
        (found,) = _over_classes(builder, line, [before], pick)
        place = builder.bitcast(builder.gep(own, [row]), found.type.as_pointer())
        builder.store(found, place, align=byte_count(score))
        return context.get_dummy_value()

    scores = (start, types.int64, types.int64, types.int64, types.int64)
    return types.void(*scores, COUNTS, types.CPointer(score), types.int64), code


@generated
def add_rivals(
    _: Any,
    start: types.CPointer,
    at: types.Integer,
    apart: types.Integer,
    classes: types.Integer,
    own: types.CPointer,
    row: types.Integer,
    ahead: types.CPointer,
    level: types.CPointer,
) -> tuple[Any, Code]:
    """Count, for each sample of a line, the scores of some classes: above its own, not below it.

    The scores of the first class begin at ``at``, what belongs to the samples at ``row``. The
    counts stay in registers from class to class. NaN counts as both (R2).
    """
    width, score = lane_count(start.dtype), compared_as(start.dtype)

    def code(context: Any, builder: ir.IRBuilder, _: Any, args: Any) -> ir.Value:
        first, at, apart, classes, own, row, *counts = args
        mine = loaded(context, builder, score, own, row, width)
        places = [_vector(builder, count, row, width) for count in counts]

        def add(_: ir.Value, scores: ir.Value, found: list[ir.Value]) -> list[ir.Value]:
            flags = (compare(builder, sign, score, scores, mine) for sign in (">", ">="))
            return [
                builder.sub(count, builder.sext(flag, count.type))
                for count, flag in zip(found, flags, strict=True)
            ]

        before = [builder.load(place, align=4) for place in places]
        line = _Line(context, start.dtype, first, at, apart, classes)
        for place, total in zip(places, _over_classes(builder, line, before, add), strict=True):
            builder.store(total, place, align=4)
        return context.get_dummy_value()

    scores = (start, types.int64, types.int64, types.int64, types.CPointer(score), types.int64)
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


class _Line(NamedTuple):
    """The scores of a line of samples for some classes, ``apart`` from each other."""

    context: Any
    stored: Any
    first: ir.Value
    at: ir.Value
    apart: ir.Value
    classes: ir.Value


def _over_classes(
    builder: ir.IRBuilder,
    line: _Line,
    initial: list[ir.Value],
    step: Callable[[ir.Value, ir.Value, list[ir.Value]], list[ir.Value]],
) -> list[ir.Value]:
    """Return what a loop over classes, one or more, makes of vectors; ``step`` is its body.

    It asks for the same samples of the classes that follow, which the next loop reads.
    """
    before, width = builder.block, lane_count(line.stored)
    loop, after = builder.append_basic_block("class"), builder.append_basic_block("classes")
    ahead = builder.mul(line.apart, line.classes)
    builder.branch(loop)
    builder.position_at_end(loop)
    each, place = builder.phi(_I32), builder.phi(line.at.type)
    vectors = [builder.phi(vector.type) for vector in initial]
    scores = loaded(line.context, builder, line.stored, line.first, place, width)
    prefetch(builder, line.first, builder.add(place, ahead))
    found = step(each, scores, vectors)
    done = builder.add(each, ir.Constant(_I32, 1))
    onward = builder.add(place, line.apart)
    starts = (ir.Constant(_I32, 0), line.at, *initial)
    for phi, start, then in zip(
        (each, place, *vectors), starts, (done, onward, *found), strict=True
    ):
        phi.add_incoming(start, before)
        phi.add_incoming(then, loop)
    last = builder.icmp_signed("<", done, builder.trunc(line.classes, _I32))
    builder.cbranch(last, loop, after)
    builder.position_at_end(after)
    return found


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
