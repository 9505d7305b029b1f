"""Golden files of the MNIST network at width 1/8: one step's outputs, loss and gradients; weights after three Adam steps.

See README.md.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from golden import digest, fill, save, weight
from kinks import Kinks
from keras_units import Units, use_float64, versions
from variant_tables import CLASSES, MODULES, WIDTH, scaled

STEPS = 3
# Side of the input, batch size, batches to choose from: the more values, the harder to find one without a kink.
SIZES = [(12, 4, 24), (28, 2, 96)]


def network(size, width=WIDTH, activation="relu"):
    """The network up to the logits, without dropout, whose masks no two frameworks share; and its named weights."""
    units = Units(activation)
    image = keras.Input((size, size, 1))
    x = units.unit(image, "conv1", scaled(192, width), 3)
    for block, filters in MODULES.items():
        x = units.inception(x, f"inception_{block}", [scaled(f, width) for f in filters], branch5x5="two3x3")
        if block in ("3b", "4e"):
            x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    head = layers.Dense(CLASSES)
    model = keras.Model(image, head(layers.GlobalAveragePooling2D()(x)))
    return model, units.by_layer() + [("logits/kernel", head.kernel), ("logits/bias", head.bias)]


def images_of(size, count, number):
    return tf.constant(fill(f"images {number}", (count, size, size, 1), 0.0, 1.0))


def labels_of(count, number):
    return fill(f"labels {number}", (count,), 0.0, CLASSES).astype(int)


def loss_and_gradients(model, trainable, images, labels):
    with tf.GradientTape() as tape:
        logits = model(images, training=True)
        losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        loss = tf.reduce_mean(losses)
    return logits, loss, tape.gradient(loss, [variable.value for _, variable in trainable])


def is_idle_bias(name):
    """A bias in front of a batch norm: its gradient is zero, and rounding in any framework."""
    return name.endswith("bias") and name != "logits/bias"


def goldens(size, count, candidates):
    model, weights = network(size)
    for name, variable in weights:
        variable.assign(weight(name, tuple(variable.shape)))
    trainable = [(name, variable) for name, variable in weights if "moving" not in name]
    kinks = Kinks(lambda: network(size))
    batches = []
    optimizer = keras.optimizers.Adam(learning_rate=1e-3, epsilon=1e-7)
    losses = []
    for step in range(STEPS):
        numbers = range(step * candidates, (step + 1) * candidates)
        number = kinks.choose(weights, lambda n: images_of(size, count, n), numbers)
        batches.append(number)
        images, labels = images_of(size, count, number), labels_of(count, number)
        inference = model(images, training=False)
        logits, loss, gradients = loss_and_gradients(model, trainable, images, labels)
        losses.append(float(loss))
        idle = [np.abs(g).max() for (name, _), g in zip(trainable, gradients) if is_idle_bias(name)]
        assert max(idle) < 1e-12, "a bias in front of a batch norm has no gradient"
        if step == 0:
            first = {
                "batch": number,
                "labels": [int(label) for label in labels],
                "parameters": int(sum(np.prod(v.shape) for _, v in weights)),
                "inference": digest(inference),
                "inferenceLogits": [float(f"{x:.8g}") for x in np.asarray(inference)[0]],
                "training": digest(logits),
                "loss": losses[0],
                "gradients": {name: digest(g) for (name, _), g in zip(trainable, gradients) if not is_idle_bias(name)},
            }
        optimizer.apply_gradients(zip(gradients, [variable for _, variable in trainable]))
    after = {
        "batches": batches,
        "labels": [[int(label) for label in labels_of(count, number)] for number in batches],
        "losses": losses,
        "weights": {name: digest(variable) for name, variable in weights},
        "inference": digest(model(images_of(size, count, batches[0]), training=False)),
    }
    return first, after


if __name__ == "__main__":
    use_float64()
    for size, count, candidates in SIZES:
        header = {
            "source": f"tooling/oracles/keras_network.py, {versions()}",
            "size": size,
            "batchSize": count,
            "classes": CLASSES,
            "widthMultiplier": WIDTH,
        }
        first, after = goldens(size, count, candidates)
        save(f"packages/model/src/__fixtures__/keras-mnist-{size}.json", header, first)
        save(f"packages/training/src/__fixtures__/keras-adam-{size}.json", header, after)
