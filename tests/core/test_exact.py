"""Sums without 64-bit numbers: exact counts, and floating sums that lose nothing (R18)."""

from __future__ import annotations

import array_api_compat.numpy as xp
import numpy as np
import pytest

from accord.counts.exact import Compensated, Limbs, compensated, limbs


def as_limbs(count: int) -> Limbs:
    return Limbs(np.uint32(count >> 31), np.uint32(count & (2**31 - 1)))


@pytest.mark.parametrize("start", [0, 2**31 - 1, 2**32 - 1, 2**53, 2**62 - 2**31])
@pytest.mark.parametrize("step", [0, 1, 2**31 - 1])
def test_r18_limbs_carry_at_every_border(start: int, step: int) -> None:
    total = as_limbs(start) + limbs(np.asarray(step, np.int32), xp)
    assert int(total.value()) == start + step


def test_r18_limbs_add_by_class() -> None:
    count = limbs(np.array([2**31 - 1, 5], np.int32), xp)
    total = count + count + count
    assert total.value().tolist() == [3 * (2**31 - 1), 15]


def test_r18_a_compensated_sum_does_not_stall() -> None:
    total = Compensated(np.float32(2**24), np.float32(0))
    one = Compensated(np.float32(1), np.float32(0))
    for _ in range(1000):
        total = total + one
    assert float(total.value()) == 2**24 + 1000


def test_r18_limbs_hold_what_64_bits_held() -> None:
    assert int(limbs(np.asarray(2**62 - 1), xp).value()) == 2**62 - 1


def test_r18_what_a_narrow_dtype_cannot_hold_of_a_sum_is_kept_beside_it() -> None:
    found = compensated(np.asarray(2.0**24 + 1), np.float32, xp)
    assert float(found.value()) == 2**24 + 1
