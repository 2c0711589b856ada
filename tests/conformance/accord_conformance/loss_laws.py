"""Laws of the losses: their values and gradients, and what they make of what is left out (R31)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf, nan
from typing import Any

import numpy as np

from accord.losses import list_mle, smooth_top_k, top_k_distillation
from accord_conformance import loss_reference as reference
from accord_conformance.law import law
from accord_conformance.subject import Subject

NEAR = 1e-6  # relative to the largest (R31)
SAMPLES, CLASSES = 6, 7

RNG = np.random.default_rng(31)
LOGITS = (RNG.normal(size=(SAMPLES, CLASSES)) * 3).astype(np.float32)
TEACHER = RNG.normal(size=(SAMPLES, CLASSES)).round().astype(np.float32)  # with ties
RELEVANCE = RNG.integers(0, 3, (SAMPLES, CLASSES))
LABELS = RNG.integers(0, CLASSES, SAMPLES)

# Each loss of the same target and logits, with its options, and its formula.
Pair = tuple[Callable[..., Any], Callable[..., reference.Loss]]
BY_RELEVANCE: tuple[Pair, ...] = tuple(
    (partial(list_mle, k=k, ties=ties), partial(reference.list_mle, k=k, ties=ties))
    for k in (None, 3)
    for ties in ("first", "bound")
)
BY_LABEL: tuple[Pair, ...] = tuple(
    (
        partial(smooth_top_k, k=k, temperature=temperature),
        partial(reference.smooth_top_k, k=k, temperature=temperature),
    )
    for k, temperature in ((1, 1.0), (3, 0.5), (6, 2.0))
)
TAUGHT: tuple[dict[str, Any], ...] = (
    {"k": 3},
    {"k": 3, "temperature": 4.0, "rest": "drop", "ties": "last"},
    {"k": CLASSES, "temperature": 2.0},
)
BY_TEACHER: tuple[Pair, ...] = tuple(
    (partial(top_k_distillation, **how), partial(reference.top_k_distillation, **how))
    for how in TAUGHT
)
KINDS: tuple[tuple[Any, tuple[Pair, ...]], ...] = (
    (RELEVANCE, BY_RELEVANCE),
    (LABELS, BY_LABEL),
    (TEACHER, BY_TEACHER),
)
ONE_EACH = ((RELEVANCE, BY_RELEVANCE[0]), (LABELS, BY_LABEL[1]), (TEACHER, BY_TEACHER[0]))


def near(found: Any, expected: Any, within: float = NEAR) -> None:
    """Check arrays against each other, relative to the largest number expected."""
    largest = np.abs(np.asarray(expected)).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=within * max(1.0, float(largest)))


@law("R31", heavy=True)
def the_value_and_the_gradient_of_each_loss_are_those_of_its_formula(subject: Subject) -> None:
    differentiated = subject.adapter.value_and_gradient
    for target, pairs in KINDS:
        losses = [partial(loss, reduction="sum") for loss, _ in pairs]

        def both(truth: Any, logits: Any, losses: Any = losses) -> Any:
            return tuple(
                figure
                for loss in losses
                for figure in (differentiated(loss) or alone(loss))(truth, logits)
            )

        found = iter(subject.run(both, subject.array(target), subject.array(LOGITS)))
        for _, formula in pairs:
            rows = [formula(*row) for row in zip(target, LOGITS, strict=True)]
            near(next(found), sum(row.value for row in rows))
            if differentiated(losses[0]) is not None:
                near(next(found), [row.gradient for row in rows])


def alone(loss: Callable[..., Any]) -> Callable[..., tuple[Any]]:
    """Return a loss without its gradient, where a framework has none."""
    return lambda *arrays: (loss(*arrays),)


@law("R31", heavy=True)
def gradients_are_those_of_finite_differences(subject: Subject) -> None:
    if "float64" not in subject.float_dtypes:
        return  # differences of float32 say little
    step = 1e-6
    for target, (loss, _) in ONE_EACH:
        differentiated = subject.adapter.value_and_gradient(partial(loss, reduction="sum"))
        if differentiated is None:
            return
        truth = subject.array(target)
        wide = LOGITS.astype(np.float64)
        _, gradient = subject.run(differentiated, truth, subject.array(wide, "float64"))
        moves = step * np.eye(wide.size).reshape(-1, *wide.shape)

        def total(truth: Any, logits: Any, loss: Any = loss) -> Any:
            return loss(truth, logits, reduction="sum")

        for move, found in zip(moves[::5], gradient.reshape(-1)[::5], strict=True):
            up, down = (
                float(subject.run(total, truth, subject.array(wide + each, "float64")))
                for each in (move, -move)
            )
            assert abs((up - down) / (2 * step) - found) < 1e-7 * max(1.0, abs(up))


@law("R31 R13", heavy=True)
def entries_and_samples_that_are_left_out_change_nothing(subject: Subject) -> None:
    there = np.ones((SAMPLES, CLASSES), bool)
    there[:, 2] = False
    there[np.arange(SAMPLES), LABELS] = True
    there[4] = False
    weight = np.array([1, 2, 0, 1, 1, 0.5], np.float32)
    spoilt = np.where(there, LOGITS, [nan, inf, -inf, nan, 1e30, nan, inf]).astype(np.float32)
    spoilt[2] = nan
    for target, (loss, formula) in ONE_EACH:

        def both(
            truth: Any, mask: Any, weight: Any, logits: Any, loss: Callable[..., Any] = loss
        ) -> Any:
            def weighted(logits: Any) -> Any:
                return loss(truth, logits, mask=mask, sample_weight=weight)

            differentiated = subject.adapter.value_and_gradient(weighted) or alone(weighted)
            each = loss(truth, logits, mask=mask, sample_weight=weight, reduction="none")
            return (each, *differentiated(logits))

        arrays = (subject.array(each) for each in (target, there, weight, spoilt))
        each, mean, *gradient = subject.run(both, *arrays)
        values, slopes = np.zeros(SAMPLES), np.zeros((SAMPLES, CLASSES))
        for row in (0, 1, 3, 5):
            own = there[row]
            entry = target[row]
            wanted = np.flatnonzero(own).tolist().index(entry) if entry.ndim == 0 else entry[own]
            values[row], slopes[row, own] = formula(wanted, LOGITS[row, own])
        near(each, values * weight)
        total = weight[[0, 1, 3, 5]].sum()
        near(mean, (values * weight).sum() / total)
        if gradient:
            near(gradient[0], slopes * weight[:, None] / total)


@law("R31", heavy=True)
def no_samples_have_no_mean_and_a_sum_of_nothing(subject: Subject) -> None:
    def figures(truth: Any, mask: Any, logits: Any) -> Any:
        return tuple(
            list_mle(truth, logits, mask=mask, reduction=each) for each in ("mean", "sum", "none")
        )

    nothing = subject.array(np.zeros((SAMPLES, CLASSES), bool))
    mean, total, each = subject.run(
        figures, subject.array(RELEVANCE), nothing, subject.array(LOGITS)
    )
    assert np.isnan(mean)
    assert total == 0
    assert each.tolist() == [0] * SAMPLES


@law("R31", heavy=True)
def logits_that_are_not_finite_have_the_losses_that_are_written_out(subject: Subject) -> None:
    rows = np.array(
        [[nan, 0, 1, 2], [0, inf, 1, 2], [-inf, 0, 1, 2], [0, 1, 2, -inf]], dtype=np.float32
    )
    order, teacher = np.tile([3, 2, 1, 0], (4, 1)), np.tile([3.0, 2.0, 1.0, 0.0], (4, 1))

    def figures(order: Any, labels: Any, teacher: Any, logits: Any) -> Any:
        return (
            list_mle(order, logits, k=3, reduction="none"),
            smooth_top_k(labels, logits, 2, reduction="none"),
            top_k_distillation(teacher, logits, 4, reduction="none"),
            top_k_distillation(teacher, logits, 3, rest="drop", reduction="none"),
        )

    given = (subject.array(each) for each in (order, np.zeros(4, int), teacher, rows))
    ranked, placed, taught, dropped = subject.run(figures, *given)
    for found in (ranked, placed, taught, dropped):
        assert np.isnan(found[:2]).all()
        assert found[2] == inf
    near(ranked[3], reference.list_mle(order[0][:3], rows[3, :3]).value)
    near(placed[3], reference.smooth_top_k(0, rows[3, :3], 2).value)
    near(dropped[3], reference.top_k_distillation(teacher[0, :3], rows[3, :3], 3).value)
    assert taught[3] == inf


@law("R31", heavy=True)
def narrow_floats_are_computed_in_float32(subject: Subject) -> None:
    for dtype in subject.float_dtypes:
        narrow = subject.array(LOGITS, dtype)
        host = np.asarray(subject.backend.to_host(narrow)[0]).astype(np.float64)
        if not np.isfinite(host).all():
            continue  # a float of 4 or 6 bits that holds no such logits

        def figures(relevance: Any, labels: Any, teacher: Any, logits: Any) -> Any:
            return (
                list_mle(relevance, logits, reduction="none"),
                smooth_top_k(labels, logits, 3, reduction="none"),
                top_k_distillation(teacher, logits, 3, reduction="none"),
            )

        given = (subject.array(each) for each in (RELEVANCE, LABELS, TEACHER))
        found = subject.run(figures, *given, narrow)
        formulas: tuple[Callable[..., reference.Loss], ...] = (
            reference.list_mle,
            partial(reference.smooth_top_k, k=3),
            partial(reference.top_k_distillation, k=3),
        )
        targets: tuple[Any, ...] = (RELEVANCE, LABELS, TEACHER)
        for losses, target, formula in zip(found, targets, formulas, strict=True):
            near(losses, [formula(*row).value for row in zip(target, host, strict=True)])
            assert losses.dtype == ("float64" if dtype == "float64" else "float32")


@law("R31", heavy=True)
def logits_of_ten_thousand_have_finite_losses_and_gradients(subject: Subject) -> None:
    spread = np.where(LOGITS > 0, 1e4, -1e4).astype(np.float32)
    rounding = 4e4 * 2.0**-23
    for target, (loss, formula) in ONE_EACH:
        summed = partial(loss, reduction="sum")
        differentiated = subject.adapter.value_and_gradient(summed) or alone(summed)
        value, *gradient = subject.run(differentiated, subject.array(target), subject.array(spread))
        rows = [formula(*row) for row in zip(target, spread, strict=True)]
        near(value, sum(row.value for row in rows))
        if gradient:
            near(gradient[0], [row.gradient for row in rows], rounding)


@law("R31 R22")
def a_bad_label_is_refused_or_its_loss_is_nan(subject: Subject) -> None:
    def each(y_true: Any, y_score: Any) -> Any:
        return smooth_top_k(y_true, y_score, 2, reduction="none")

    labels, logits = subject.array([0, CLASSES, -1, 2, 0, 0]), subject.array(LOGITS)
    if subject.reads_values:
        with subject.refused(ValueError, rf"y_true\[1\] is {CLASSES}, outside 0..{CLASSES - 1}"):
            subject.run(each, labels, logits)
        return
    assert np.isnan(subject.run(each, labels, logits)).tolist() == [
        *(False, True, True),
        *(False, False, False),
    ]


@law("R31 R12")
def any_axis_can_hold_the_classes(subject: Subject) -> None:
    def figures(relevance: Any, labels: Any, logits: Any) -> Any:
        return (
            list_mle(relevance, logits, axis=1, reduction="none"),
            smooth_top_k(labels, logits, 3, axis=1, reduction="none"),
        )

    def moved(values: Any) -> Any:
        return subject.array(np.moveaxis(values.reshape(2, 3, CLASSES), -1, 1))

    labels = subject.array(LABELS.reshape(2, 3))
    ranked, placed = subject.run(figures, moved(RELEVANCE), labels, moved(LOGITS))
    near(
        ranked.reshape(-1),
        [reference.list_mle(*row).value for row in zip(RELEVANCE, LOGITS, strict=True)],
    )
    near(
        placed.reshape(-1),
        [reference.smooth_top_k(*row, 3).value for row in zip(LABELS, LOGITS, strict=True)],
    )


@law("R31 R21", modes=("eager", "compiled"))
def static_faults_are_refused_in_a_trace_too(subject: Subject) -> None:
    target, logits = subject.array(RELEVANCE), subject.array(LOGITS)
    with subject.refused(ValueError, "k=9 exceeds the 7 classes in y_score"):
        subject.run(partial(list_mle, k=9), target, logits)
    with subject.refused(ValueError, "temperature=0.0 is not above 0; pass a positive number"):
        subject.run(partial(top_k_distillation, k=2, temperature=0.0), logits, logits)
    with subject.refused(TypeError, "must hold floating-point numbers"):
        subject.run(list_mle, target, target)
