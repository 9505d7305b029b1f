"""The Inception module and the MNIST network as Keras layers, with the weight names of this project."""

import keras
import numpy as np
from keras import layers

from golden import weight

EPSILON, MOMENTUM = 1e-3, 0.99
KERNELS_5X5 = {"one5x5": [5], "two5x5": [5, 5], "one3x3": [3], "two3x3": [3, 3]}
FIELDS = ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"]


class Units:
    """Makes units, remembers them under our names, and reads and writes their weights in our order."""

    def __init__(self, activation="relu"):
        self.made, self.activation = [], activation

    def unit(self, x, name, filters, size):
        conv = layers.Conv2D(filters, size, padding="same")
        norm = layers.BatchNormalization(epsilon=EPSILON, momentum=MOMENTUM)
        self.made.append((name, conv, norm))
        return layers.Activation(self.activation)(norm(conv(x)))

    def inception(self, x, name, filters, kind="reduced", branch5x5="one5x5"):
        conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, pool_proj = filters
        one = self.unit(x, f"{name}/1x1", conv1x1, 1)
        three = self.unit(x, f"{name}/3x3_reduce", reduce3x3, 1) if kind == "reduced" else x
        three = self.unit(three, f"{name}/3x3", conv3x3, 3)
        five = self.unit(x, f"{name}/5x5_reduce", reduce5x5, 1) if kind == "reduced" else x
        for suffix, size in zip(["", "_2"], KERNELS_5X5[branch5x5]):
            five = self.unit(five, f"{name}/5x5{suffix}", conv5x5, size)
        pool = layers.MaxPooling2D(3, strides=1, padding="same")(x)
        if kind == "reduced":
            pool = self.unit(pool, f"{name}/pool_proj", pool_proj, 1)
        return layers.Concatenate()([one, three, five, pool])

    def by_layer(self):
        """[(name, variable)], layer by layer: trainable ones of its units first, then the moving statistics."""
        ordered = {}
        for name, conv, norm in self.made:
            values = [conv.kernel, conv.bias, norm.gamma, norm.beta, norm.moving_mean, norm.moving_variance]
            trainable, moving = ordered.setdefault(name.split("/")[0], ([], []))
            pairs = [(f"{name}/{field}", value) for field, value in zip(FIELDS, values)]
            trainable.extend(pairs[:4])
            moving.extend(pairs[4:])
        return [pair for trainable, moving in ordered.values() for pair in trainable + moving]

    def assign(self, pairs):
        for name, variable in pairs:
            variable.assign(weight(name, tuple(variable.shape)))


def use_float64():
    """The truth to more digits than the engines have: they are compared with it, not with another's rounding."""
    keras.backend.set_floatx("float64")
    keras.config.set_dtype_policy("float64")


def versions():
    import tensorflow

    return f"Keras {keras.__version__}, TensorFlow {tensorflow.__version__}, NumPy {np.__version__}, float64"
