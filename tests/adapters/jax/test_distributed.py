"""Two processes, each with its own samples, give one figure."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap

import numpy as np

import accord

PROCESS = textwrap.dedent(
    """
    import sys

    import jax
    import numpy as np
    from jax.sharding import NamedSharding, PartitionSpec

    rank, address = int(sys.argv[1]), sys.argv[2]
    jax.config.update("jax_cpu_collectives_implementation", "gloo")
    jax.distributed.initialize(address, num_processes=2, process_id=rank)

    import accord_jax

    rng = np.random.default_rng(rank)
    scores = rng.integers(0, 5, (24, 6)).astype(np.float32)
    labels = rng.integers(0, 6, 24).astype(np.int32)
    mesh = jax.make_mesh((jax.device_count(),), ("data",))
    split = NamedSharding(mesh, PartitionSpec("data"))
    shared = [jax.make_array_from_process_local_data(split, own) for own in (labels, scores)]

    metric = accord_jax.TopKAccuracy((1, 3), ties="last")

    def counted(y_true, y_score):
        return metric.reduce(metric.update(metric.init(), y_true, y_score), "data")

    sharded = jax.shard_map(
        counted, mesh=mesh, in_specs=(PartitionSpec("data"),) * 2, out_specs=PartitionSpec()
    )
    for state in (jax.jit(sharded)(*shared), jax.jit(metric.update)(metric.init(), *shared)):
        print("found", *[np.asarray(field).tolist() for field in metric.tally(state)], sep=";")
    """
)


def test_two_processes_count_as_one() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {**os.environ, "JAX_NUM_CPU_DEVICES": "2", "JAX_PLATFORMS": "cpu"}
    processes = [
        subprocess.Popen(  # noqa: S603  # the program above
            [sys.executable, "-c", PROCESS, str(rank), address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for rank in range(2)
    ]
    results = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], results

    expected = accord.TopK((1, 3), ties="last").tally([], np.zeros((0, 6)))
    for rank in range(2):
        rng = np.random.default_rng(rank)
        scores = rng.integers(0, 5, (24, 6)).astype(np.float32)
        labels = rng.integers(0, 6, 24).astype(np.int32)
        expected = expected + accord.TopK((1, 3), ties="last").tally(labels, scores)
    line = ";".join(["found", *(str(np.asarray(field).tolist()) for field in expected)])
    for out, _ in results:
        assert [each for each in out.splitlines() if each.startswith("found")] == [line, line]
