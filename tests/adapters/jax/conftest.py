"""Eight devices on one machine; they must be asked for before JAX looks for any."""

from __future__ import annotations

import os

import jax

if "host_platform_device_count" not in os.environ.get("XLA_FLAGS", ""):
    jax.config.update("jax_num_cpu_devices", 8)
