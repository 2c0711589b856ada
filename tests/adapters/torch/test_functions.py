"""Functions of tensors: layouts, dtypes, graphs, devices, and what is refused."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode

import accord
from accord import scan
from accord.scan import count
from accord_conformance.reference import credit, standing
from accord_torch import TorchBackend

SEEDED = torch.Generator().manual_seed(1)
SCORES = torch.randint(0, 5, (60, 7), generator=SEEDED) / 4
LABELS = torch.randint(0, 7, (60,), generator=SEEDED)


def idiom(labels: Tensor, scores: Tensor, k: int) -> float:
    """Return top-k accuracy by a stable sort, the lowest class first among equals (R5)."""
    best = scores.double().sort(dim=-1, descending=True, stable=True).indices[:, :k]
    return (best == labels[:, None]).any(-1).double().mean().item()


@pytest.mark.parametrize("k", [1, 3, 7])
def test_top_k_is_what_a_stable_sort_says_r5(k: int) -> None:
    figure = accord.top_k_accuracy(LABELS, SCORES, k).item()
    assert figure == pytest.approx(idiom(LABELS, SCORES, k), rel=1e-6)


STRIDED: dict[str, Callable[[Tensor], Tensor]] = {
    "transposed": lambda t: t.T.contiguous().T,
    "every other": lambda t: torch.stack([t, t - 9], -1)[..., 0],
    "expanded": lambda t: t[:1].expand(60, 7),
    "a slice": lambda t: torch.nn.functional.pad(t, (2, 3))[:, 2:-3],
    "a parameter": torch.nn.Parameter,
}


@pytest.mark.parametrize("layout", STRIDED)
def test_scores_of_any_strides_are_ranked_alike(layout: str) -> None:
    scores = STRIDED[layout](SCORES)
    figure = accord.top_k_accuracy(LABELS, scores, 3).item()
    assert figure == pytest.approx(idiom(LABELS, scores.detach(), 3), rel=1e-6)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32"])
def test_labels_of_any_integer_dtype_mean_the_same_r3(dtype: str) -> None:
    labels = LABELS.to(getattr(torch, dtype))
    assert accord.top_k_accuracy(labels, SCORES, 3) == accord.top_k_accuracy(LABELS, SCORES, 3)


def test_a_label_beyond_int64_is_out_of_range_and_not_negative_r22() -> None:
    labels = torch.from_numpy(np.array([2**64 - 1], np.uint64))
    with pytest.raises(ValueError, match=r"y_true\[0\] is 9223372036854775807, outside 0\.\.6"):
        accord.TopK(1, ignore_index=-1).tally(labels, SCORES[:1])


@pytest.mark.parametrize("on", [False, True])
def test_uint64_scores_in_host_memory_are_ranked_r1(on: bool) -> None:
    scores = np.array([[2**64 - 1, 2**63, 1], [2**63, 2**63 - 1, 2**63]], np.uint64)
    with scan.using(on):
        found = accord.standing([1, 2], torch.from_numpy(scores))
        tally = accord.TopK(1).tally([1, 2], torch.from_numpy(scores))
    assert (found.ahead.tolist(), found.tied_before.tolist()) == ([1, 0], [0, 1])
    assert (tally.correct.item(), tally.ceiling.item()) == (0, 1)


def test_bfloat16_is_scanned_from_its_bits_r1(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    scanned: list[str] = []
    tally = count.tally_ranks

    def noted(rows: Any, *how: Any) -> Any:
        scanned.append(str(rows.scores.dtype.names))
        return tally(rows, *how)

    monkeypatch.setattr(count, "tally_ranks", noted)
    scores = SCORES.to(torch.bfloat16)
    scores[::7, 2] = torch.nan
    scores[::5, 1] = -0.0
    scores[::3, 0] = torch.finfo(torch.bfloat16).smallest_normal / 128
    with scan.using(True):
        found = accord.TopK((1, 3)).tally(LABELS, scores)
    assert scanned == ["('bfloat16',)"]
    rows = list(zip(scores.tolist(), LABELS.tolist(), strict=True))
    for field, ties in (("correct", "first"), ("floor", "pessimistic"), ("ceiling", "optimistic")):
        hits = [sum(credit(row, y, k, ties) for row, y in rows) for k in (1, 3)]
        assert getattr(found, field).tolist() == hits
    assert found.undefined == sum(row[y] != row[y] for row, y in rows)  # NaN alone


def test_uint64_scores_are_refused_under_a_trace_r21() -> None:
    mapped = torch.func.vmap(lambda s: accord.top_k_accuracy(torch.zeros(2), s, 1))
    with pytest.raises(TypeError, match=r"dtype torch\.uint64, which PyTorch can't compare"):
        mapped(torch.zeros((1, 2, 3), dtype=torch.uint64))


@pytest.mark.parametrize("axis", [1, -3])
def test_pixels_of_a_segmentation_are_samples_r12(axis: int) -> None:
    scores = torch.randint(0, 4, (2, 5, 6, 8), generator=SEEDED).float()
    labels = torch.randint(0, 5, (2, 6, 8), generator=SEEDED)
    labels[0, :2] = 255
    figure = accord.top_k_accuracy(labels, scores, 2, axis=axis, ignore_index=255).item()
    flat = scores.movedim(1, -1).reshape(-1, 5)
    known = labels.flatten() != 255
    expected = idiom(labels.flatten()[known], flat[known], 2)
    assert figure == pytest.approx(expected, rel=1e-6)


def test_results_carry_no_graph() -> None:
    scores = SCORES.clone().requires_grad_()
    weight = torch.rand(60, requires_grad=True)
    results = (
        accord.top_k_accuracy(LABELS, scores, 3, sample_weight=weight),
        *accord.TopK(3, ties="expected").tally(LABELS, scores, sample_weight=weight),
        *accord.standing(LABELS, scores),
    )
    assert not any(result.requires_grad for result in results)
    assert scores.grad is None
    assert scores.requires_grad


def test_a_figure_has_the_default_dtype_of_torch_r19() -> None:
    assert accord.top_k_accuracy(LABELS, SCORES.half(), 3).dtype == torch.float32
    torch.set_default_dtype(torch.float64)
    try:
        assert accord.top_k_accuracy(LABELS, SCORES, 3).dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


def test_read_only_reversed_and_swapped_numpy_labels_are_moved_r21() -> None:
    labels = LABELS.numpy()
    frozen = labels.copy()
    frozen.flags.writeable = False
    expected = accord.top_k_accuracy(LABELS, SCORES, 3)
    for given in (frozen, labels[::-1].copy()[::-1], labels.astype(">i4"), labels.tolist()):
        assert accord.top_k_accuracy(given, SCORES, 3) == expected


def test_torch_labels_are_no_labels_of_numpy_scores_r21() -> None:
    with pytest.raises(TypeError, match="y_score is a numpy array but y_true is a torch array"):
        accord.top_k_accuracy(LABELS, SCORES.numpy(), 3)


REFUSED: dict[str, tuple[Any, Any, dict[str, Any], str]] = {
    "column": (LABELS[:, None], SCORES, {}, r"shape \(60, 1\).*drop the last axis of y_true"),
    "range": (LABELS + 2, SCORES, {}, r"y_true\[\d+\] is \d, outside 0\.\.6"),
    "k": (LABELS, SCORES, {"k": 8}, "k=8 exceeds the 7 classes in y_score; pass k between 1 and 7"),
    "axis": (LABELS, SCORES, {"axis": 2}, "axis=2 is not an axis of y_score"),
    "wrong axis": (LABELS, SCORES, {"axis": 0}, r"y_true has shape \(60,\), y_score without"),
    "complex": (LABELS, SCORES.to(torch.complex64), {}, "torch.complex64; it must hold real"),
    "sparse": (LABELS, SCORES.to_sparse(), {}, "layout torch.sparse_coo; pass a dense tensor"),
    "fraction": (LABELS + 0.5, SCORES, {}, "not a whole number"),
    "device": (LABELS.to("meta"), SCORES, {}, "y_true is on meta but y_score is on cpu"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_can_be_seen_is_refused_with_the_remedy_r21_r22_r23(fault: str) -> None:
    labels, scores, options, message = REFUSED[fault]
    with pytest.raises((ValueError, TypeError), match=message):
        accord.top_k_accuracy(labels, scores, **options)


CALLS: dict[str, Callable[[Tensor, Tensor], Any]] = {
    "top_k": lambda y, s: accord.top_k_accuracy(y, s, (1, 3), average="macro"),
    "weighted": lambda y, s: accord.top_k_accuracy(
        y, s, 3, ties="expected", sample_weight=s[:, 0], mask=y > 2, ignore_index=-100
    ),
    "standing": lambda y, s: accord.standing(y, s).ahead,
    "in_top_k": lambda y, s: accord.in_top_k(y, s, 3),
    "categorical": lambda _, s: accord.top_k_categorical_accuracy(s, s, 3),
    "binary": lambda y, s: accord.binary_accuracy(y, s[:, 0], average=None),
    "multilabel": lambda _, s: accord.multilabel_accuracy(s > 1, s, criteria="jaccard"),
    "k best": lambda _, s: accord.multilabel_accuracy(s > 1, s, k=2),
    "host labels": lambda _, s: accord.top_k_accuracy([0] * 60, s, 3),
}


@pytest.mark.parametrize("name", CALLS)
def test_no_value_is_read_off_an_accelerator_r19_r22(name: str) -> None:
    # A meta tensor has no values: .item(), a branch on one or a boolean index would raise.
    labels, scores = LABELS.to("meta"), SCORES.to("meta")
    assert CALLS[name](labels, scores).device.type == "meta"


@pytest.mark.parametrize("name", CALLS)
def test_no_value_is_read_off_a_fake_tensor_r22(name: str) -> None:
    with FakeTensorMode(allow_non_fake_inputs=True):
        labels, scores = torch.empty(60, dtype=torch.int64), torch.empty(60, 7)
        found = CALLS[name](labels, scores)
    assert type(found).__name__ == "FakeTensor"


class Largest(TorchDispatchMode):
    """Notes the size of the largest tensor that an operation makes."""

    bytes = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        if isinstance(made, Tensor) and not func.is_view:
            self.bytes = max(self.bytes, made.nbytes)
        return made


@pytest.mark.parametrize("classes", [4000, 4001, 10])
def test_no_temporary_is_of_the_size_of_the_scores(
    classes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TorchBackend, "counts_in_numpy", False)  # as on a device
    scores = torch.zeros(16_000_000 // classes, classes, dtype=torch.bfloat16)  # 31 MiB
    labels = torch.zeros(len(scores), dtype=torch.int64)
    with Largest() as largest:  # type: ignore[no-untyped-call]  # torch's base has no types
        tally = accord.TopK(5).tally(labels, scores)
    assert 2**16 < largest.bytes <= 2**21
    assert tally.total == len(scores)


@pytest.mark.parametrize("on", [False, True])
def test_tensors_that_numpy_counts_need_little_memory(on: bool) -> None:
    scores, labels = torch.zeros(16_000, 1000), torch.zeros(16_000, dtype=torch.int64)  # 61 MiB
    with scan.using(on):
        accord.TopK(5).tally(labels, scores)  # what is compiled stays
    tracemalloc.start()
    try:
        with scan.using(on):
            tally = accord.TopK(5).tally(labels, scores)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**22
    assert tally.total == 16_000


def test_functions_need_no_torchmetrics_and_no_other_framework() -> None:
    program = """
import sys
sys.modules["torchmetrics"] = None
import torch, accord, accord_torch
assert accord.top_k_accuracy([1], torch.tensor([[0.2, 0.8]]), 1) == 1
assert not {"jax", "tensorflow", "keras"} & set(sys.modules)
try:
    accord_torch.TopKAccuracy
except ImportError:
    print("needs torchmetrics")
"""
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout == "needs torchmetrics\n"


@pytest.mark.parametrize("kind", ["e4m3fn", "e4m3fnuz", "e5m2", "e5m2fnuz", "e8m0fnu"])
def test_floats_of_8_bits_are_refused_with_a_remedy_that_keeps_their_order_r1_r23(
    kind: str,
) -> None:
    dtype = getattr(torch, f"float8_{kind}")
    small = (SCORES + 1).to(dtype)
    mapped: Callable[..., Any] = torch.func.vmap(accord.top_k_accuracy)
    calls: list[Callable[[], Any]] = [
        lambda: accord.top_k_accuracy(LABELS, small, 1),
        lambda: accord.binary_accuracy(LABELS[:7] > 2, small[0]),
        lambda: mapped(LABELS[None], small[None]),
    ]
    for call in calls:
        with pytest.raises(TypeError, match=rf"y_score has dtype {dtype}.*y_score\.float\(\)"):
            call()
    with pytest.raises(TypeError, match=r"y_true has dtype .*pass y_true\.float\(\)"):
        accord.top_k_accuracy(small[:, 0], SCORES, 1)
    bits = torch.arange(256, dtype=torch.uint8).view(dtype)
    numbers = bits.float()[~bits.float().isnan()]
    assert torch.equal(numbers.to(dtype).float(), numbers)  # the remedy loses nothing
    rows = [[float(number) for number in row] for row in small.float()]
    hits = sum(credit(row, y, 1, "first") for row, y in zip(rows, LABELS.tolist(), strict=True))
    found = accord.TopK(1).tally(LABELS, small.float())
    assert int(found.correct) == hits


def test_planes_of_classes_in_tensors_are_ranked_as_rows_are_r4_r12() -> None:
    pytest.importorskip("numba")
    drawn = torch.Generator().manual_seed(0)
    scores = torch.randint(0, 4, (2, 5, 9, 11), generator=drawn).float()
    labels = torch.randint(0, 5, (2, 9, 11), generator=drawn)
    rows = scores.movedim(1, -1).reshape(-1, 5).tolist()
    expected = [standing(row, y) for row, y in zip(rows, labels.ravel().tolist(), strict=True)]
    with scan.using(True):
        found = accord.standing(labels, scores, axis=1)
    assert list(zip(*(field.ravel().tolist() for field in found), strict=True)) == expected
