"""Make digits_forest.npz: class probabilities whose ties make libraries disagree.

Ten trees vote on the digits that scikit-learn ships, so classes often get equal votes. For this
array of 899 samples, libraries report top-1 accuracies from 93.66 % to 95.66 %.

Run ``python examples/digits_forest.py``, then ``accord score examples/digits_forest.npz -k 1,3,5``.
"""

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

images, digits = load_digits(return_X_y=True)
train, test, train_digits, test_digits = train_test_split(
    images, digits, test_size=0.5, random_state=0
)
forest = RandomForestClassifier(n_estimators=10, random_state=0).fit(train, train_digits)

path = Path(__file__).with_suffix(".npz")
# float32, because tf.math.in_top_k takes no other dtype; the ties are the same in float64.
np.savez_compressed(path, y_true=test_digits, y_score=forest.predict_proba(test).astype(np.float32))
print(f"wrote {path}: {len(test_digits)} samples of {len(forest.classes_)} classes")
