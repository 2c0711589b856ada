"""Make scores with many ties, NaN, infinities, signed zeros and subnormals.

Run ``python examples/tie_rich.py ties.npz``, then ``accord verify ties.npz -k 1,3,5``.
"""

import sys

import numpy as np

VALUES = (0.0, -0.0, 0.25, 0.25, 0.5, 0.5, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-45)

rng = np.random.default_rng(0)
scores = rng.choice(np.array(VALUES, np.float32), (2000, 17))
np.savez_compressed(sys.argv[1], y_true=rng.integers(0, 17, 2000), y_score=scores)
print(f"wrote {sys.argv[1]}: {len(scores)} samples of {scores.shape[1]} classes")
