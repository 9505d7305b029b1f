"""Golden file of TF-slim's inception_v1 at 1/8 of the width, with TensorFlow's own `SAME` padding: the logits of one image."""

import numpy as np
import tensorflow as tf

from golden import save, weight
from variant_tables import BLOCKS, CLASSES, described, image_of, scaled


def slim(image):
    def unit(x, name, filters, size, stride=1):
        y = tf.nn.conv2d(x, weight(f"{name}/kernel", (size, size, x.shape[3], filters)), stride, "SAME")
        mean, variance, beta = (
            weight(f"{name}/{kind}", (filters,)) for kind in ("moving_mean", "moving_variance", "beta")
        )
        return tf.nn.relu(tf.nn.batch_normalization(y, mean, variance, beta, None, 1e-3))

    def inception(x, block):
        name = f"inception_{block}"
        one, reduce3, three, reduce5, five, pool = BLOCKS[block]
        y3 = unit(unit(x, f"{name}/3x3_reduce", reduce3, 1), f"{name}/3x3", three, 3)
        y5 = unit(unit(x, f"{name}/5x5_reduce", reduce5, 1), f"{name}/5x5", five, 3)
        y_pool = unit(tf.nn.max_pool2d(x, 3, 1, "SAME"), f"{name}/pool_proj", pool, 1)
        return tf.concat([unit(x, f"{name}/1x1", one, 1), y3, y5, y_pool], 3)

    x = unit(tf.constant(image), "conv1_7x7_s2", scaled(64), 7, 2)
    x = unit(tf.nn.max_pool2d(x, 3, 2, "SAME"), "conv2_3x3_reduce", scaled(64), 1)
    x = tf.nn.max_pool2d(unit(x, "conv2_3x3", scaled(192), 3), 3, 2, "SAME")
    for block in BLOCKS:
        x = inception(x, block)
        if block in ("3b", "4e"):
            x = tf.nn.max_pool2d(x, 3 if block == "3b" else 2, 2, "SAME")
    features = tf.reduce_mean(x, [1, 2])
    return [features @ weight("logits/kernel", (features.shape[1], CLASSES)) + weight("logits/bias", (CLASSES,))]


SHAPE, LOW, HIGH = (97, 131, 3), -1.0, 1.0

if __name__ == "__main__":
    heads = [np.asarray(logits) for logits in slim(image_of("slim", SHAPE, LOW, HIGH))]
    header = {"source": f"tooling/oracles/tf_slim.py, TensorFlow {tf.__version__}, float64", "classes": CLASSES}
    save(
        "packages/model/src/__fixtures__/tf-slim.json",
        header,
        {"slim": described(heads, 0.125, SHAPE, LOW, HIGH)},
    )
