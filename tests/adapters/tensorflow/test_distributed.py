"""``MirroredStrategy`` on two virtual CPUs, in its own process: devices are set up once in each."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np

import accord

PROGRAM = """
import json, keras, numpy as np, tensorflow as tf
from accord_keras import SparseCategoricalAccuracy, TopKAccuracy

(cpu,) = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    model = keras.Sequential([keras.Input((6,)), keras.layers.Activation("linear")])
    metrics = [TopKAccuracy((1, 3)), SparseCategoricalAccuracy(average="macro")]
    weighted = TopKAccuracy(2)
    model.compile(metrics=metrics, weighted_metrics=[weighted],
        loss="sparse_categorical_crossentropy")
rng = np.random.default_rng(3)
scores, labels = rng.integers(0, 5, (101, 6)) / 4, rng.integers(0, 6, 101)
model.evaluate(scores, labels, sample_weight=np.arange(101) / 4, batch_size=16, verbose=0)
fields = [[np.asarray(field).tolist() for field in m.tally] for m in (*metrics, weighted)]
print(json.dumps(fields))
"""


def test_two_devices_count_what_one_does_integer_for_integer() -> None:
    run = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    found = json.loads(run.stdout.splitlines()[-1])
    rng = np.random.default_rng(3)
    scores, labels = rng.integers(0, 5, (101, 6)) / 4, rng.integers(0, 6, 101)
    expected = (
        accord.TopK((1, 3)).tally(labels, scores),
        accord.TopK(1).tally(labels, scores, per_class=True),
        accord.TopK(2).tally(labels, scores, sample_weight=np.arange(101) / 4),
    )
    assert found == [[field.tolist() for field in tally] for tally in expected]
