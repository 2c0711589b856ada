"""PyTorch as accord sees it: strided tensors on any device, eager, compiled or vmapped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch._subclasses import FakeTensor

from accord.backends.base import Backend, Namespace, Numbers, Residence, refuse_other_device
from accord.backends.small_floats import BFLOAT16
from accord.inputs.batch import Batch
from accord_torch import namespace as xp
from accord_torch import scan

# PyTorch stores these but does not compare them; what it compares holds all their values.
_WIDER = {torch.uint16: torch.int32, torch.uint32: torch.int64}

_FLOAT8 = ("e4m3fn", "e4m3fnuz", "e5m2", "e5m2fnuz", "e8m0fnu")

# These it neither compares nor gives to NumPy; each with what to pass instead.
_STORED = {
    getattr(torch, dtype): remedy
    for dtype, remedy in {
        **{f"float8_{kind}": "{0}.float(), which holds the same numbers" for kind in _FLOAT8},
        "float4_e2m1fn_x2": "one number an entry, as float32",
        **dict.fromkeys(("quint8", "qint8", "qint32"), "{0}.dequantize()"),
    }.items()
    if hasattr(torch, dtype)  # not every release has every one
}

NARROW = frozenset({"mps"})
"""Types of devices without float64: Apple's GPU."""

_PLAIN = (Tensor, torch.nn.Parameter)  # no FakeTensor, no DTensor


class TorchBackend(Backend):
    """PyTorch tensors."""

    counts_in_numpy = True
    host_block = 1 << 21  # few operations to share among threads, and flags of 2 MiB

    def namespace(self, array: Tensor | None = None) -> Namespace:
        """Return array-api-compat's torch."""
        return xp

    def numbers(self, array: Tensor) -> Numbers:
        """Return 64-bit dtypes to count and sum in; float32 for sums where there is no float64."""
        wide = torch.float32 if array.device.type in NARROW else torch.float64
        return Numbers(torch.int64, wide, torch.get_default_dtype())

    def as_differentiable(self, name: str, array: Tensor) -> Tensor:
        """Return the tensor with its graph, checked as `as_dense` does."""
        dense: Tensor = self.as_dense(name, array)
        return array if array.requires_grad else dense

    def constant(self, array: Tensor) -> Tensor:
        """Return the tensor without its graph."""
        return array.detach()

    def suffix_logsumexp(self, values: Tensor) -> Tensor:
        """Sum from the last entry to the first, by PyTorch's own scan."""
        return values.flip(-1).logcumsumexp(-1).flip(-1)

    def as_dense(self, name: str, array: Any, beside: Tensor | None = None) -> Any:
        """Return a tensor without its graph, in a dtype that PyTorch can compare.

        Where torch.compile traces, a NumPy array becomes a tensor: a trace can't ask its dtype.
        """
        if beside is not None and not isinstance(array, Tensor):
            if not torch.compiler.is_compiling():
                return array
            array = torch.from_numpy(array).to(beside.device)
        elif beside is not None and array.device != beside.device:
            refuse_other_device(name, array, beside)
        # A DTensor has a mesh; its type is slow to import.
        distributed = type(array) not in _PLAIN and hasattr(array, "device_mesh")
        if array.layout is not torch.strided or distributed:
            raise TypeError(
                f"{name} is a {type(array).__name__} of layout {array.layout}; pass a dense tensor:"
                " to_dense() of a sparse one, full_tensor() of a DTensor; for scores sharded over"
                " classes use accord_torch.sharded_standing"
            )
        if array.requires_grad:
            array = array.detach()
        if array.dtype in _STORED:
            raise TypeError(
                f"{name} has dtype {array.dtype}, which PyTorch can't compare;"
                f" pass {_STORED[array.dtype].format(name)}"
            )
        if array.dtype != torch.uint64:
            return array.to(_WIDER[array.dtype]) if array.dtype in _WIDER else array
        if name == "y_score":
            if self.residence(array) == "host":  # where NumPy counts, which compares it
                return array
            raise TypeError(
                "y_score has dtype torch.uint64, which PyTorch can't compare; cast it, or pass it"
                " in host memory, untraced"
            )
        signed = array.view(torch.int64)  # saturated, so that no large label becomes negative
        return torch.where(signed < 0, torch.iinfo(torch.int64).max, signed)

    def count_true(self, *flags: Tensor) -> tuple[Tensor, ...]:
        """Count the true entries along the last axis, eight at a time where they are packed."""
        return tuple(map(self._count, flags))

    def _count(self, flags: Tensor) -> Tensor:
        packed = (
            self.residence(flags) == "host" and flags.is_contiguous() and flags.shape[-1] % 8 == 0
        )
        if not packed or not flags.numel():
            return flags.sum(-1, dtype=torch.int32)
        total = flags.new_zeros(flags.shape[:-1], dtype=torch.int32)
        for words in flags.view(torch.int64).split(255, -1):  # no byte of a sum can overflow
            total += words.sum(-1, keepdim=True).view(torch.uint8).sum(-1, dtype=torch.int32)
        return total

    def take_last_axis(self, values: Tensor, place: Tensor) -> Tensor:
        """Return the entry at ``place`` of each row; take_along_dim would fix the batch size."""
        return values.gather(-1, place)

    def one_call(
        self, count: Callable[..., tuple[Tensor, ...]], how: tuple[Any, ...], batch: Batch
    ) -> tuple[Tensor, ...] | None:
        """Call the compiled scan in graphs for the CPU; an exported one runs without accord."""
        scores = batch.scores
        if not torch.compiler.is_compiling() or isinstance(scores, FakeTensor):
            return None  # no trace; or one that asks the operation for the shapes of its results
        if torch.compiler.is_exporting() or scores.device.type != "cpu":
            return None
        if scores.numel() < scan.WORTH_A_CALL or not scan.allowed():
            return None
        return scan.call(count, how, batch)

    def segment_sum(self, values: Tensor, ids: Tensor, n: int) -> Tensor:
        """Sum by id, in one pass."""
        return values.new_zeros(n).index_add(0, ids, values)

    def residence(self, array: Tensor) -> Residence:
        """Tell where values are; a tensor that is compiled, mapped over or meta has none."""
        if (
            torch.compiler.is_compiling()
            or array.is_meta
            or torch._C._functorch.is_functorch_wrapped_tensor(array)  # noqa: SLF001  # the only test for vmap
        ):
            return "traced"
        if type(array) in _PLAIN:  # asked before the rest, because every eager call asks
            return "host" if array.is_cpu else "device"
        return "traced" if isinstance(array, FakeTensor) else "device"

    def host_view(self, array: Tensor) -> npt.NDArray[Any] | None:
        """View a tensor in host memory as NumPy."""
        if self.residence(array) != "host":
            return None
        if array.requires_grad:
            array = array.detach()
        if array.dtype == torch.bfloat16:
            return array.view(torch.int16).numpy().view(BFLOAT16)
        return array.numpy()

    def to_host(self, *arrays: Tensor) -> tuple[npt.NDArray[Any], ...]:
        """Copy tensors to host memory, bfloat16 as float32, which holds all its values."""
        copies = (array.detach().cpu() for array in arrays)
        return tuple(
            (copy.float() if copy.dtype == torch.bfloat16 else copy).numpy().copy()
            for copy in copies
        )

    def from_host(
        self,
        values: Any,
        like: Tensor | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Tensor:
        """Return a tensor of its own memory; NumPy's may be read-only, reversed or byte-swapped."""
        host = np.array(values, order="C")
        if not host.dtype.isnative:
            host = host.astype(host.dtype.newbyteorder("="))
        tensor = torch.from_numpy(host)
        wanted = None if dtype is None else getattr(torch, dtype)
        place = device if like is None else like.device
        if wanted is None and (place is None or place == tensor.device):
            return tensor
        return tensor.to(device=place, dtype=wanted)
