"""What libraries report for scores by class: by their rules, and from those that can be run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from accord.credit.rank_tables import rank_ahead
from accord.inputs.options import one_of, top_within
from accord.measures import TopK
from accord.measures.base import Measure
from accord.per_sample import standing
from accord.verification.dialects.dialect import Dialect
from accord.verification.dialects.rows import DialectError, as_pairs
from accord.verification.dialects.table import dialects
from accord.verification.explain.causes import CLASSES, COUNTER, causes, differing, ours
from accord.verification.explain.data import Figures, Told
from accord.verification.explain.peers import ask, chosen, with_answers
from accord.verification.explain.result import Explanation
from accord.verification.handover import kept_places
from accord.verification.samples import SHOWN, Sample, look_at

HostArray = npt.NDArray[Any]

TIES = ("first", "last", "optimistic", "pessimistic")

LONG = 1.0
"""Seconds from which the rules of a library are worth a line of progress."""

_DENSE = (
    "Labels are dense, and the class of a sample is its largest entry: libraries are asked for that"
    " class."
)


class Asked(NamedTuple):
    """What else the user asked for: the average, and how libraries are run."""

    average: str
    peers: Sequence[str] | None
    seconds: float
    progress: Callable[[str], None] | None


class Samples(NamedTuple):
    """Labels (N,), scores (N, C), and the place of each sample in what the user passed."""

    truth: HostArray
    scores: HostArray
    places: HostArray


class Own(NamedTuple):
    """What accord makes of the samples at one k: hits, counts, and shares under the average."""

    hits: HostArray
    correct: int
    floor: int
    ceiling: int
    figures: Figures


def explain_classes(
    measure: Measure, counted: Measure, truth: HostArray, scores: HostArray, asked: Asked
) -> Explanation:
    """Explain scores by class, by each dialect and each library that is to be run.

    Parameters
    ----------
    measure, counted : Measure
        What was asked for, and the same with its class axis last.
    truth, scores : array
        Labels of the kind of the measure, and scores.
    asked : Asked
        The average, and how libraries are run.

    Raises
    ------
    ValueError, TypeError, LookupError
        As `accord.explain`.
    """
    one_of("ties", counted.ties, TIES)
    samples = _samples(counted, truth, scores)
    top_within(counted.ks, samples.scores.shape[1])
    own = _own(samples, counted.ks, counted.ties, asked.average)
    told, apart = _by_rules(samples, own, counted.ties, asked)
    names = chosen(asked.peers, asked.average)
    found = ask(
        names,
        samples.truth,
        samples.scores,
        counted.ks,
        asked.average,
        seconds=asked.seconds,
        progress=asked.progress,
    )
    return Explanation(
        ties=counted.ties,
        samples=len(samples.truth),
        classes=samples.scores.shape[1],
        correct={k: each.correct for k, each in own.items()},
        floor={k: each.floor for k, each in own.items()},
        ceiling={k: each.ceiling for k, each in own.items()},
        threshold=None,
        told=tuple(with_answers(each, found.get(each.name)) for each in told),
        looked_at=_looked_at(samples, apart, counted.ks[0]),
        measure=measure,
        total=len(samples.truth),
        notes=(_DENSE,) if counted.dense else (),
        average=asked.average,
        figures={k: each.figures for k, each in own.items()},
    )


def _samples(measure: Measure, truth: HostArray, scores: HostArray) -> Samples:
    """Return one label and one row for each sample that is not left out."""
    if measure.dense:
        truth = _classes_of(truth, scores)
    if scores.ndim > 2 and truth.shape == scores.shape[:-1]:
        truth, scores = truth.reshape(-1), scores.reshape(-1, scores.shape[-1])
    places, truth, scores = kept_places(measure.ignore_index, *as_pairs(truth, scores))
    return Samples(truth, scores, places)


def _classes_of(truth: HostArray, scores: HostArray) -> HostArray:
    """Return the class of each row of dense labels, as argmax does (R9)."""
    if truth.shape != scores.shape:
        raise ValueError(
            f"y_true has shape {truth.shape} and y_score {scores.shape}; pass one-hot rows or"
            " probabilities of the shape of the scores"
        )
    peak = truth.max(axis=-1)
    bad = np.argwhere(~(peak > 0))  # a NaN is its row's largest
    if bad.size:
        place = ", ".join(map(str, bad[0]))
        raise ValueError(
            f"y_true[{place}] has {peak[tuple(bad[0])]} as its largest entry; a row needs one above"
            " zero and no NaN"
        )
    return np.asarray(truth.argmax(axis=-1))


def _own(samples: Samples, ks: tuple[int, ...], ties: Any, average: str) -> dict[int, Own]:
    """Return what accord counts at each k; a label outside the classes is a miss (R22)."""
    truth, scores, _ = samples
    good = (truth >= 0) & (truth < scores.shape[1])
    truth = np.where(good, truth, 0)
    if scores.shape[1] == 1:  # accord refuses one column of integers: they look like labels
        scores = scores.astype(np.float64)
    where = standing(truth, scores)
    tally = TopK(ks, ties=ties).tally_of(
        where, truth, classes=scores.shape[1], mask=good, per_class=average == "macro"
    )
    counts = [each.reshape(len(ks), -1).sum(axis=1) for each in tally[:3]]
    if average == "macro":
        shares = [tally.accuracy("macro"), *tally.bounds("macro")]
    else:  # over all samples, those with such a label too
        shares = [each / (len(truth) or np.nan) for each in counts]
    return {
        k: Own(
            hits=np.asarray((rank_ahead(where, ties) < k) & good),
            correct=int(counts[0][at]),
            floor=int(counts[1][at]),
            ceiling=int(counts[2][at]),
            figures=Figures(*(float(each[at]) for each in shares)),
        )
        for at, k in enumerate(ks)
    }


def _by_rules(
    samples: Samples, own: dict[int, Own], ties: Any, asked: Asked
) -> tuple[list[Told], list[int]]:
    """Evaluate every dialect; return also the first samples on which one and accord differ."""
    mine = ours(ties)
    others = [dialect for name, dialect in dialects.items() if name != "accord"]
    told: list[Told] = []
    apart: set[int] = set()
    for at, dialect in enumerate(others, 1):
        started = time.perf_counter()
        told.append(_told(dialect, mine, own, samples, asked.average, apart))
        if asked.progress and (seconds := time.perf_counter() - started) >= LONG:
            asked.progress(
                f"{at}/{len(others)} rules of {dialect.name}: done after {seconds:.1f} s"
            )
    return told, sorted(apart)


def _told(
    dialect: Dialect,
    mine: Dialect,
    own: dict[int, Own],
    samples: Samples,
    average: str,
    apart_at_first: set[int],
) -> Told:
    """Evaluate a dialect at each k; add to a set the samples on which it differs at the first k."""
    truth, scores, _ = samples
    told = Told(dialect.name, dialect.call, scale=dialect.scale)
    for k, accord in own.items():
        try:
            found = dialect.hits(truth, scores, k)
            apart = differing(found, accord.hits)
            if accord is next(iter(own.values())):
                apart_at_first.update(apart[:SHOWN].tolist())
            told.least[k], told.most[k] = dialect.figures(found, truth, scores, k, average=average)
        except DialectError as error:
            told.refused[k] = str(error)
            continue
        told.differs[k] = len(apart)
        told.causes[k] = causes(dialect, mine, truth[apart], scores[apart], k)
        if average == "macro":
            more = dialect.classes(truth, scores, k) - mine.classes(truth, scores, k)
            told.causes[k].update({CLASSES: more} if more else {})
        if (count := int(found.most.sum())) > dialect.exact_to:
            told.causes[k][COUNTER] = count - dialect.exact_to
    return told


def _looked_at(samples: Samples, apart: list[int], k: int) -> tuple[Sample, ...]:
    """Return the first of some samples, by their places in what the user passed."""
    return tuple(
        sample._replace(place=int(samples.places[sample.place]))
        for sample in look_at(samples.truth, samples.scores, apart, k)
    )
