"""Labels beside the classes of a fitted estimator: other types, values never seen, values missing."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import accuracy_score, balanced_accuracy_score
from sklearn.naive_bayes import GaussianNB

from accord_numpy import binary_scorer, top_k_scorer

SCORERS = {"top-k": top_k_scorer(1), "binary": binary_scorer()}
every_scorer = pytest.mark.parametrize("scorer", SCORERS.values(), ids=SCORERS.keys())

TWO = [[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]]  # the best columns are 0, 0, 1, 1


class Fixed(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """A classifier of given classes whose probabilities are its features."""

    def __init__(self, classes: Any) -> None:
        self.classes = classes
        self.classes_ = classes if isinstance(classes, list) else np.asarray(classes)

    def fit(self, X: Any, y: Any) -> Fixed:
        return self

    def predict_proba(self, X: Any) -> Any:
        return np.asarray(X)


@every_scorer
def test_r22_a_label_never_seen_takes_no_neighbours_place(scorer: Any) -> None:
    assert scorer(Fixed([0, 1]), TWO, [0, 0, 7, 1]) == 0.75
    assert scorer(Fixed([0, 1]), TWO, [0, -1, 1, 1]) == 0.75
    assert scorer(Fixed([0, 1]), TWO, [0, 0, 0.5, 1]) == 0.75
    assert scorer(Fixed(["b", "d"]), TWO, ["b", "b", "e", "d"]) == 0.75
    assert scorer(Fixed(["b", "d"]), TWO, ["b", "a", "c", "d"]) == 0.5


@every_scorer
@pytest.mark.parametrize("missing", [math.nan, None, np.float32("nan")])
def test_a_missing_label_is_a_miss(scorer: Any, missing: Any) -> None:
    assert scorer(Fixed([0, 1]), TWO, [0, 0, missing, 1]) == 0.75
    assert scorer(Fixed(["b", "d"]), TWO, np.asarray(["b", "b", missing, "d"], object)) == 0.75


def test_pandas_labels_are_matched_by_value() -> None:
    pandas = pytest.importorskip("pandas")
    for scorer in SCORERS.values():
        for labels in ([0, 0, None, 1], [0, 0, 7, 1]):
            for dtype in ("Int64", "Float64", "object", "float64"):
                assert scorer(Fixed([0, 1]), TWO, pandas.Series(labels, dtype=dtype)) == 0.75
        for dtype in ("string", "object", "category"):
            series = pandas.Series(["b", "b", None, "d"], dtype=dtype, index=[5, 5, 6, 7])
            assert scorer(Fixed(["b", "d"]), TWO, series) == 0.75
        weight = pandas.Series([1, 1, 2, 1], index=[9, 8, 7, 6])
        assert scorer(Fixed([0, 1]), TWO, pandas.Series([0, 0, 7, 1]), weight) == 0.6


@every_scorer
def test_r15_labels_never_seen_are_classes_of_their_own_in_a_macro_average(scorer: Any) -> None:
    macro = top_k_scorer(1, average="macro") if scorer is SCORERS["top-k"] else None
    macro = macro or binary_scorer(average="macro")
    assert macro(Fixed([0, 1]), TWO, [0, 0, 7, 1]) == pytest.approx((1 + 1 + 0) / 3)
    assert macro(Fixed([0, 1]), TWO, [0, 7, 8, 1]) == pytest.approx((1 + 1 + 0 + 0) / 4)
    nan = math.nan  # one class, however many of its labels there are
    assert macro(Fixed([0, 1]), TWO, [0, nan, float("nan"), 1]) == pytest.approx((1 + 1 + 0) / 3)


@every_scorer
def test_r14_weights_count_for_labels_never_seen_too(scorer: Any) -> None:
    assert scorer(Fixed([0, 1]), TWO, [0, 0, 7, 1], [1, 1, 2, 1]) == 0.6
    assert scorer(Fixed([0, 1]), TWO, [0, 0, 7, 1], [1, 1, 0, 1]) == 1.0


@every_scorer
@pytest.mark.parametrize("bad", [-1.0, math.nan, math.inf])
def test_r22_a_bad_weight_of_a_label_never_seen_is_refused(scorer: Any, bad: float) -> None:
    with pytest.raises(ValueError, match=r"sample_weight\[2\] is .*, which is not a weight"):
        scorer(Fixed([0, 1]), TWO, [0, 0, 7, 1], [1, 1, bad, 1])


CLASHES = {
    "integers for strings": (["no", "yes"], [0, 0, 1, 1], "0, of type int", "of type str"),
    "strings for integers": ([0, 1], ["0", "0", "1", "1"], "'0', of type str", "of type int"),
    "strings for bools": ([False, True], ["False"] * 4, "'False', of type str", "of type bool"),
    "bools for strings": (["f", "t"], [False] * 4, "False, of type bool", "of type str"),
    "strings for floats": ([0.5, 1.5], ["0.5"] * 4, "'0.5', of type str", "of type float"),
    "bytes for strings": (["a", "b"], [b"a"] * 4, "b'a', of type bytes", "of type str"),
    "strings of objects": (
        np.asarray([0, 1], object),
        np.asarray(["0", "0", "1", "1"], object),
        "'0', of type str",
        "of type int",
    ),
}


@every_scorer
@pytest.mark.parametrize(
    ("classes", "labels", "label", "kind"), CLASHES.values(), ids=CLASHES.keys()
)
def test_r23_labels_of_another_type_are_refused_by_the_names_of_both(
    scorer: Any, classes: Any, labels: Any, label: str, kind: str
) -> None:
    with pytest.raises(TypeError, match=rf"y\[0\] is {label}, .* are {kind}, for instance"):
        scorer(Fixed(classes), TWO, labels)


@every_scorer
def test_r23_one_label_of_another_type_is_named_by_its_place(scorer: Any) -> None:
    with pytest.raises(TypeError, match=r"y\[2\] is '1', of type str"):
        scorer(Fixed([0, 1]), TWO, [0, 0, "1", 1])


@every_scorer
@pytest.mark.parametrize(
    ("classes", "labels"),
    [
        ([False, True], [0, 0, 1, 1]),
        ([0, 1], [False, False, True, True]),
        ([0, 1], [0.0, 0.0, 1.0, 1.0]),
        ([0.5, 1.5], np.asarray([0.5, 0.5, 1.5, 1.5], np.float32)),
        (np.asarray([0, 1], np.uint8), np.asarray([0, 0, 1, 1], np.int64)),
        ([0, 1], [Decimal(0), Decimal(0), Decimal(1), Decimal(1)]),
        (np.asarray(["b", "d"], object), np.asarray(["b", "b", "d", "d"])),
        (["b", "d"], np.asarray(["b", "b", "d", "d"], object)),
        (["z", "a"], ["z", "z", "a", "a"]),  # in no order
        ([1, "a"], [1, 1, "a", "a"]),  # of mixed types, as lists
        (np.asarray([1, "a"], object), np.asarray([1, 1, "a", "a"], object)),
        ([None, "a"], [None, None, "a", "a"]),
        ([2**53, 2**53 + 1], np.asarray([2**53] * 2 + [2**53 + 1] * 2, np.uint64)),
    ],
)
def test_equal_labels_are_matched_whatever_their_type(
    scorer: Any, classes: Any, labels: Any
) -> None:
    assert scorer(Fixed(classes), TWO, labels) == 1.0


def test_r3_labels_are_compared_exactly() -> None:
    assert top_k_scorer(1)(Fixed([2**53, 2**53 + 1]), TWO, np.full(4, 2.0**53)) == 0.5


@pytest.mark.parametrize("names", [["a", "b", "c"], [10, 20, 30], [True, False], [1.0, 2.0]])
def test_figures_are_scikit_learns_whatever_the_labels(names: Any) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 3)), np.asarray(names)[rng.integers(0, len(names), 300)]  # noqa: N806  # scikit-learn's name
    model = GaussianNB().fit(X, y)
    predicted = model.predict(X)
    assert top_k_scorer(1)(model, X, y) == pytest.approx(accuracy_score(y, predicted))
    macro = top_k_scorer(1, average="macro")(model, X, y)
    assert macro == pytest.approx(balanced_accuracy_score(y, predicted))


@every_scorer
def test_r21_labels_of_several_axes_are_refused_with_a_remedy_that_works(scorer: Any) -> None:
    column = np.asarray([[0], [0], [7], [1]])
    with pytest.raises(ValueError, match=r"y has shape \(4, 1\); .* numpy.ravel\(y\)"):
        scorer(Fixed([0, 1]), TWO, column)
    assert scorer(Fixed([0, 1]), TWO, np.ravel(column)) == 0.75


@every_scorer
def test_r21_masked_labels_are_refused_with_a_remedy_that_works(scorer: Any) -> None:
    y = np.ma.MaskedArray([0, 0, 7, 1], mask=[False, False, True, False])
    with pytest.raises(TypeError, match=r"leave the masked samples out of X and y, and pass y\.da"):
        scorer(Fixed([0, 1]), TWO, y)
    kept = ~y.mask
    assert scorer(Fixed([0, 1]), np.asarray(TWO)[kept], y[kept].data) == 1.0


@every_scorer
def test_r21_several_labels_a_sample_are_refused_by_the_name_of_their_scorer(scorer: Any) -> None:
    class Several(Fixed):
        classes_ = [np.array([0, 1]), np.array([0, 1])]  # noqa: RUF012  # as scikit-learn has it

        def __init__(self) -> None:
            pass

    with pytest.raises(ValueError, match="use multilabel_scorer"):
        scorer(Several(), TWO, [[0, 1]] * 4)


@every_scorer
def test_r23_an_estimator_without_classes_is_refused(scorer: Any) -> None:
    with pytest.raises(ValueError, match="GaussianNB has no classes_; pass a classifier that is f"):
        scorer(GaussianNB(), TWO, [0, 0, 1, 1])


@every_scorer
def test_r21_no_labels_and_lists_of_labels_are_refused(scorer: Any) -> None:
    with pytest.raises(TypeError, match="y is None; pass the label of each sample"):
        scorer(Fixed([0, 1]), TWO, None)
    lists = np.asarray([[0], [0, 1], [], [1]], dtype=object)
    with pytest.raises(TypeError, match="pass one label per sample"):
        scorer(Fixed([0, 1]), TWO, lists)
