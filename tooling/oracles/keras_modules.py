"""Golden file of one Inception module of each kind: outputs, gradients and moving statistics. See README.md."""

import keras
import numpy as np
import tensorflow as tf

from golden import digest, fill, save
from keras_units import Units, use_float64, versions

SHAPE = (2, 6, 7, 5)
FILTERS = [3, 2, 4, 2, 3, 2]
CASES = [("reduced", "one5x5"), ("reduced", "two5x5"), ("reduced", "one3x3"), ("reduced", "two3x3"),
         ("naive", "one5x5"), ("naive", "two5x5")]  # fmt: skip


def golden(kind, branch5x5):
    units = Units()
    image = keras.Input(SHAPE[1:])
    model = keras.Model(image, units.inception(image, "inception_3a", FILTERS, kind, branch5x5))
    weights = units.by_layer()
    units.assign(weights)
    x = tf.constant(fill("input", SHAPE, -1.0, 1.0))
    inference = model(x, training=False).numpy()
    direction = tf.constant(fill("direction", inference.shape, -1.0, 1.0))
    trainable = [(name, variable) for name, variable in weights if "moving" not in name]
    with tf.GradientTape() as tape:
        tape.watch(x)
        training = model(x, training=True)
        loss = tf.reduce_sum(training * direction)
    gradients = tape.gradient(loss, [x] + [variable.value for _, variable in trainable])
    biases = [g for (name, _), g in zip(trainable, gradients[1:]) if name.endswith("bias")]
    assert max(np.abs(b).max() for b in biases) < 1e-12, "a bias in front of a batch norm has no gradient"
    return {
        "kind": kind,
        "branch5x5": branch5x5,
        "inference": digest(inference),
        "training": digest(training),
        "inputGradient": digest(gradients[0]),
        "gradients": {name: digest(g) for (name, _), g in zip(trainable, gradients[1:]) if not name.endswith("bias")},
        "moving": {name: digest(v) for name, v in weights if "moving" in name},
    }


if __name__ == "__main__":
    use_float64()
    header = {"source": f"tooling/oracles/keras_modules.py, {versions()}", "shape": SHAPE, "filters": FILTERS}
    save(
        "packages/inception/src/__fixtures__/keras-modules.json",
        header,
        {f"{kind} {branch5x5}": golden(kind, branch5x5) for kind, branch5x5 in CASES},
    )
