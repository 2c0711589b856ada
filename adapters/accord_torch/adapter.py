"""The adapter for PyTorch: strided tensors on any device, eager, compiled or vmapped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from accord import kernels
from accord.registry import BFLOAT16, Adapter, Namespace, Numbers, Transform
from accord_torch import modes, scan
from accord_torch import namespace as xp

# PyTorch stores these dtypes but does not compare them; a wider dtype holds all their values.
_WIDER = {torch.uint16: torch.int32, torch.uint32: torch.int64}

_FLOAT8 = ("e4m3fn", "e4m3fnuz", "e5m2", "e5m2fnuz", "e8m0fnu")

# PyTorch neither compares these dtypes nor converts them to NumPy; each with what to pass instead.
_STORED = {
    getattr(torch, dtype): remedy
    for dtype, remedy in {
        **{f"float8_{kind}": "{0}.float(), which holds the same numbers" for kind in _FLOAT8},
        "float4_e2m1fn_x2": "one number an entry, as float32",
        **dict.fromkeys(("quint8", "qint8", "qint32"), "{0}.dequantize()"),
    }.items()
    if hasattr(torch, dtype)  # some are missing in some releases
}

NARROW = frozenset({"mps"})
"""Types of devices without float64: Apple's GPU."""

_PLAIN = (Tensor, torch.nn.Parameter)  # no FakeTensor, no DTensor


class TorchAdapter(Adapter):
    """PyTorch tensors."""

    dtypes = (
        *("float16", "bfloat16", "float32", "float64", "bool"),
        *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32"),
    )

    counts_in_numpy = True
    slow_modes = frozenset({"compiled", "compiled-kernels"})

    def namespace(self, array: Tensor) -> Namespace:  # noqa: ARG002  # there is only one
        """Return array-api-compat's torch."""
        return xp

    def default_namespace(self) -> Namespace:
        """Return array-api-compat's torch."""
        return xp

    def device(self, array: Tensor) -> torch.device:
        """Return the device a tensor is on."""
        return array.device

    def numbers(self, array: Tensor) -> Numbers:
        """Return 64-bit dtypes to count and sum in; float32 for sums if there is no float64."""
        wide = torch.float32 if array.device.type in NARROW else torch.float64
        return Numbers(torch.int64, wide, torch.get_default_dtype())

    def plain(self, name: str, array: Tensor) -> Tensor:
        """Return a tensor without its graph, in a dtype that PyTorch can compare."""
        # A DTensor has a mesh; importing its type to check it would be slow.
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
            if self.is_concrete(array):  # NumPy counts these, and can compare uint64
                return array
            raise TypeError(
                "y_score has dtype torch.uint64, which PyTorch can't compare; cast it, or pass it"
                " in host memory, untraced"
            )
        signed = array.view(torch.int64)  # saturated, so that no large label becomes negative
        return torch.where(signed < 0, torch.iinfo(torch.int64).max, signed)

    def beside(self, name: str, values: Any, scores: Tensor) -> Any:
        """Return NumPy values as a tensor under torch.compile, which cannot read their dtype."""
        if torch.compiler.is_compiling():
            return self.plain(name, torch.from_numpy(values).to(scores.device))
        return values

    def count(self, flags: Tensor) -> Tensor:
        """Count the true entries along the last axis, eight at a time if possible."""
        packed = self.is_concrete(flags) and flags.is_contiguous() and flags.shape[-1] % 8 == 0
        if not packed or not flags.numel():
            return flags.sum(-1, dtype=torch.int32)
        total = flags.new_zeros(flags.shape[:-1], dtype=torch.int32)
        for words in flags.view(torch.int64).split(255, -1):  # no byte of a sum can overflow
            total += words.sum(-1, keepdim=True).view(torch.uint8).sum(-1, dtype=torch.int32)
        return total

    def pick(self, values: Tensor, place: Tensor) -> Tensor:
        """Return the entry at ``place`` of each row; take_along_dim would fix the batch size."""
        return values.gather(-1, place)

    def standings(
        self, scores: Tensor, labels: Tensor, most: int
    ) -> tuple[Tensor, Tensor, Tensor] | None:
        """Call the compiled row scan in graphs for the CPU; exported graphs do not need accord."""
        compiling = torch.compiler.is_compiling() and not torch.compiler.is_exporting()
        if not compiling or scores.device.type != "cpu" or scores.numel() < scan.WORTH_A_CALL:
            return None
        if not scan.wanted():
            return None
        ahead, before, after = scan.standings(scores, labels, most).unbind(0)
        return ahead, before, after

    def segment_sum(self, values: Tensor, ids: Tensor, n: int) -> Tensor:
        """Sum by id, in one pass."""
        return values.new_zeros(n).index_add(0, ids, values)

    def is_traced(self, array: Tensor) -> bool:
        """Return whether a tensor is being compiled or vmapped, or has only a shape."""
        return (
            torch.compiler.is_compiling()
            or array.is_meta
            or torch._C._functorch.is_functorch_wrapped_tensor(array)  # noqa: SLF001  # the only test for vmap
        )

    def is_concrete(self, array: Tensor) -> bool:
        """Return whether values are in host memory, outside of traces and transforms."""
        return type(array) in _PLAIN and array.is_cpu and not self.is_traced(array)

    def block_elements(self, scores: Tensor) -> int | None:
        """Return the block size of eager work; None in a graph, which takes the whole."""
        if self.is_concrete(scores):
            return 1 << 21  # blocks large enough for threads, with flags of 2 MiB
        return None if torch.compiler.is_compiling() else 1 << 24

    def host_view(self, array: Tensor) -> npt.NDArray[Any] | None:
        """Return a NumPy view of a tensor in host memory, and None for others."""
        if not self.is_concrete(array):
            return None
        if array.requires_grad:
            array = array.detach()
        if array.dtype == torch.bfloat16:
            return array.view(torch.int16).numpy().view(BFLOAT16)
        return array.numpy()

    def to_host(self, array: Tensor) -> npt.NDArray[Any]:
        """Copy a tensor to host memory; bfloat16 becomes float32, which holds all its values."""
        array = array.detach().cpu()
        if array.dtype == torch.bfloat16:
            array = array.float()
        return array.numpy().copy()

    def from_host(
        self,
        values: Any,
        like: Tensor | None = None,
        *,
        dtype: str | None = None,
        device: Any = None,
    ) -> Tensor:
        """Return a tensor with its own memory: NumPy's may be read-only, reversed or byte-swapped."""
        host = np.array(values, order="C")
        if not host.dtype.isnative:
            host = host.astype(host.dtype.newbyteorder("="))
        tensor = torch.from_numpy(host)
        wanted = None if dtype is None else getattr(torch, dtype)
        place = device if like is None else like.device
        if wanted is None and (place is None or place == tensor.device):
            return tensor
        return tensor.to(device=place, dtype=wanted)

    def streamed(self, measure: Any, batches: Iterable[tuple[Any, Any]]) -> Any:
        """Return the tally of batches, counted by the torchmetrics class of the measure."""
        from accord_torch.metric import MeasureMetric  # noqa: PLC0415  # torchmetrics is optional

        metric = MeasureMetric(measure)
        for y_true, y_score in batches:
            metric.update(y_score, y_true)
        return metric.tally

    def devices(self) -> tuple[Any, ...]:
        """Return the default device, and the GPU if there is one."""
        return (None, "cuda") if torch.cuda.is_available() else (None,)

    def modes(self) -> Mapping[str, Transform]:
        """Return eager modes, ``torch.compile`` without graph breaks, and ``torch.func.vmap``."""
        more = {"compiled-kernels": modes.compiled_kernels} if kernels.available() else {}
        compiled = {"compiled": modes.compiled, "compiled-aot": modes.traced, **more}
        return {**super().modes(), **compiled, "vmapped": modes.vmapped}
