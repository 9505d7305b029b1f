"""Golden file of the linear classifier: scikit-learn's logistic regression on the same numbers, one kernel for each penalty.

    pip install scikit-learn==1.9.1 numpy
    python sklearn_logistic.py   # packages/training/src/__fixtures__/sklearn-logistic.json

`fitLinearClassifier` minimises mean(crossEntropy) + penalty / 2 * |kernel|^2 on centred features of mean square norm 1; scikit-learn minimises
C * sum(crossEntropy) + 1 / 2 * |kernel|^2, so C = 1 / (penalty * rows). Both kernels are for the features as they come.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

PENALTIES = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5]
random = np.random.default_rng(7)
labels = np.arange(60) % 3
values = np.round(random.normal(size=(60, 6)) + 0.8 * np.eye(3, 6)[labels], 3)
centred = values - values.mean(axis=0)
scale = np.sqrt((centred**2).sum(axis=1).mean())
kernels = []
for penalty in PENALTIES:
    model = LogisticRegression(C=1 / (penalty * len(labels)), tol=1e-10, max_iter=100000).fit(centred / scale, labels)
    kernels.append((model.coef_.T / scale).flatten().round(6).tolist())
target = Path(__file__).resolve().parents[2] / "packages/training/src/__fixtures__/sklearn-logistic.json"
target.write_text(
    json.dumps(
        {
            "madeBy": f"tooling/oracles/sklearn_logistic.py with scikit-learn {sklearn.__version__}",
            "width": 6,
            "classes": 3,
            "values": values.flatten().tolist(),
            "labels": labels.tolist(),
            "penalties": PENALTIES,
            "kernels": kernels,
        }
    )
    + "\n"
)
