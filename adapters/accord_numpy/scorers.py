"""Scorers for scikit-learn: ``scoring=top_k_scorer(5)`` in ``cross_validate`` or a search.

scikit-learn is imported when a scorer is made, not before.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from accord import TopK
from accord.credit.thresholds import AtThreshold
from accord.credit.ties import Ties
from accord.inputs import options
from accord.measures.multilabel import Criteria

if TYPE_CHECKING:
    from accord_numpy.scoring import (
        BinaryScorer,
        MultilabelScorer,
        Response,
        ScalarAverage,
        TopKScorer,
    )

_AVERAGES = ("micro", "macro", "weighted", "adjusted")
_RESPONSES = ("auto", "predict_proba", "decision_function")


def top_k_scorer(
    k: int = 5, *, ties: Ties = "first", average: ScalarAverage = "micro"
) -> TopKScorer:
    """Make a scikit-learn scorer of top-k accuracy.

    It ranks the scores of ``predict_proba``, or of ``decision_function`` if the estimator has no
    probabilities. Labels of any type are matched to columns by the estimator's ``classes_``. A
    label that the estimator was not fitted on (a class missing from a fold, a missing value) is a
    miss.

    Parameters
    ----------
    k : int
        How many classes may count.
    ties : {"first", "last", "optimistic", "pessimistic", "expected"}
        Who wins among equal scores (R5).
    average : {"micro", "macro", "weighted", "adjusted"}
        Over samples or over classes; ``"adjusted"`` is macro, so that guessing gives 0 (R15).

    Returns
    -------
    callable ``(estimator, X, y, sample_weight=None) -> float``
        For ``scoring=`` anywhere in scikit-learn, with its ``set_score_request``.

    Raises
    ------
    ValueError
        If an option is unknown; when called, if k exceeds the estimator's classes, or the
        estimator's columns are not its classes (a one-vs-one ``SVC``).
    TypeError
        When called, if a label is of another type than the classes.

    Examples
    --------
    >>> from accord_numpy import top_k_scorer
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> tree = DecisionTreeClassifier(max_depth=1, random_state=0)
    >>> cross_val_score(tree, *load_iris(return_X_y=True), scoring=top_k_scorer(2)).round(2)
    array([1., 1., 1., 1., 1.])
    """
    several: object = k
    if isinstance(several, (tuple, range)):
        kind = type(several).__name__
        raise TypeError(f"k={k!r} is a {kind}; pass an int, or use top_k_scorers")
    options.one_of("average", average, _AVERAGES)
    measure = TopK(options.whole("k", k), ties=ties)
    scorer: TopKScorer = _scoring().TopKScorer(measure, average)
    return scorer


def top_k_scorers(
    k: int | tuple[int, ...] | range = (1, 5),
    *,
    ties: Ties = "first",
    average: ScalarAverage = "micro",
) -> dict[str, TopKScorer]:
    """Make a scorer for each of several k, with the names that accord's Keras metrics use.

    scikit-learn computes the scores of an estimator once for all of them.

    Parameters
    ----------
    k : tuple of int or range
        How many classes may count.
    ties, average
        As `top_k_scorer` takes them.

    Returns
    -------
    dict of str to callable
        ``"top_1_accuracy"`` and so on: for ``scoring=`` where scikit-learn takes several scorers.
        In a search, pass one of these names as ``refit=``.

    Raises
    ------
    ValueError
        As `top_k_scorer`.

    Examples
    --------
    >>> from accord_numpy import top_k_scorers
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import cross_validate
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> tree = DecisionTreeClassifier(max_depth=1, random_state=0)
    >>> X, y = load_iris(return_X_y=True)
    >>> found = cross_validate(tree, X, y, scoring=top_k_scorers((1, 2)))
    >>> found["test_top_1_accuracy"].mean().round(2), found["test_top_2_accuracy"].mean().round(2)
    (np.float64(0.67), np.float64(1.0))
    """
    each = options.top(k)
    several = each if isinstance(each, tuple) else (each,)
    return {f"top_{n}_accuracy": top_k_scorer(n, ties=ties, average=average) for n in several}


def binary_scorer(
    threshold: float | None = None,
    *,
    at_threshold: AtThreshold = "negative",
    average: ScalarAverage = "micro",
    pos_label: Any = None,
    response_method: Response = "auto",
) -> BinaryScorer:
    """Make a scikit-learn scorer of binary accuracy at a threshold.

    Labels are matched as in `top_k_scorer`.

    Parameters
    ----------
    threshold : float, optional
        The score of ``pos_label`` above which it is predicted. By default 0.5 for probabilities,
        and 0 for an estimator that has only a ``decision_function``: the border of its predictions.
    at_threshold : {"negative", "positive"}
        What a score equal to the threshold predicts (R10).
    average : {"micro", "macro", "weighted", "adjusted"}
        Over samples or over the two classes; ``"adjusted"`` is macro, so that guessing gives 0
        (R15).
    pos_label : label, optional
        The class whose scores are compared with the threshold; by default ``classes_[1]``.
    response_method : {"auto", "predict_proba", "decision_function"}
        Which method gives the scores. ``"auto"`` uses ``predict_proba``. If the estimator does not
        have it and no threshold is given, it uses ``decision_function``. A threshold for margins is
        compared with the margins (for ``pos_label=classes_[0]``, with their negatives).

    Returns
    -------
    callable ``(estimator, X, y, sample_weight=None) -> float``
        For ``scoring=`` anywhere in scikit-learn, with its ``set_score_request``.

    Raises
    ------
    ValueError
        If an option is unknown; when called, if the estimator does not have two classes,
        or ``pos_label`` is not one of them.
    TypeError
        When called, if a label is of another type than the classes.
    AttributeError
        When called, if the estimator does not have the response method.

    Examples
    --------
    >>> from accord_numpy import binary_scorer
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> round(binary_scorer(0.5)(GaussianNB().fit(X, y), X, y), 3)
    0.942
    """
    options.one_of("average", average, _AVERAGES)
    options.one_of("response_method", response_method, _RESPONSES)
    scorer: BinaryScorer = _scoring().BinaryScorer(
        threshold, average, pos_label, response_method, at_threshold=at_threshold
    )
    return scorer


def multilabel_scorer(
    criteria: Criteria = "exact_match",
    *,
    threshold: float | None = None,
    at_threshold: AtThreshold = "negative",
    k: int | None = None,
    ties: Ties = "first",
    response_method: Response = "auto",
) -> MultilabelScorer:
    """Make a scikit-learn scorer of predicted sets of labels (R11).

    It accepts one array of probabilities (``OneVsRestClassifier``, ``MLPClassifier``) and a list of
    arrays, one per label (``RandomForestClassifier``, ``MultiOutputClassifier``). If a label was
    constant in training, its probability of 1 is 0 or 1.

    Parameters
    ----------
    criteria : {"exact_match", "hamming", "overlap", "contain", "belong", "jaccard", "precision", \
"recall", "f1"}
        When a prediction is right; ``"hamming"`` counts labels, the others count samples.
    threshold : float, optional
        The score above which a label is predicted. By default 0.5 for probabilities, and 0 for an
        estimator that has only a ``decision_function``.
    at_threshold : {"negative", "positive"}
        What a score equal to the threshold predicts (R10).
    k : int, optional
        Predict the k best labels of each sample, instead of using a threshold.
    ties : {"first", "last"}
        Which labels with equal scores are among the k best.
    response_method : {"auto", "predict_proba", "decision_function"}
        As `binary_scorer` takes it.

    Returns
    -------
    callable ``(estimator, X, y, sample_weight=None) -> float``
        For ``scoring=`` anywhere in scikit-learn, with its ``set_score_request``.

    Raises
    ------
    ValueError
        If an option is unknown; when called, if a label is neither 0 nor 1.
    AttributeError
        When called, if the estimator does not have the response method.

    Examples
    --------
    >>> from accord_numpy import multilabel_scorer
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> X, Y = make_multilabel_classification(random_state=0)
    >>> forest = RandomForestClassifier(random_state=0).fit(X[:80], Y[:80])
    >>> round(multilabel_scorer("hamming")(forest, X[80:], Y[80:]), 2)
    0.66
    """
    options.one_of("response_method", response_method, _RESPONSES)
    if k is not None:
        k = options.whole("k", k)
    scorer: MultilabelScorer = _scoring().MultilabelScorer(
        threshold, response_method, k, criteria=criteria, at_threshold=at_threshold, ties=ties
    )
    return scorer


def _scoring() -> Any:
    try:
        return importlib.import_module("accord_numpy.scoring")
    except ImportError as error:
        raise ImportError(
            f"scorers need scikit-learn 1.6 or newer ({error}); pip install 'scikit-learn>=1.6'"
        ) from error
