"""Losses that optimise what accord measures, on every framework, differentiated by it."""

from accord.losses.list_mle import list_mle
from accord.losses.smooth_top_k import smooth_top_k
from accord.losses.top_k_distillation import top_k_distillation

__all__ = ["list_mle", "smooth_top_k", "top_k_distillation"]
