"""Chooses batches on which a network's gradient is well defined in float32.

A ReLU output within rounding of zero passes its gradient or stops it by chance, and a deep network with batch norm
makes a relative error of 1e-2 of that, in any framework (Keras in float32 against Keras in float64 too). Golden
gradients are therefore taken where no ReLU is near its kink.
"""

import keras
import numpy as np
import tensorflow as tf


class Kinks:
    def __init__(self, build):
        """`build()` gives (model, [(name, variable)]) in the current precision."""
        self.models = {}
        for precision in ("float32", "float64"):
            keras.config.set_dtype_policy(precision)
            model, weights = build()
            before_relu = [layer.input for layer in model.layers if isinstance(layer, keras.layers.ReLU)]
            self.models[precision] = (keras.Model(model.inputs, before_relu), weights)

    def margin(self, weights, images):
        """The nearest that a ReLU input comes to zero, in units of the float32 rounding of its layer; 0 if one flips."""
        values = []
        for precision, (model, own) in self.models.items():
            for (_, target), (_, source) in zip(own, weights):
                target.assign(tf.cast(source.value, precision))
            values.append([v.numpy() for v in model(tf.cast(images, precision), training=True)])
        margins = [
            np.abs(exact).min() / max(np.abs(rough - exact).max(), 1e-12)
            if np.array_equal(rough > 0, exact > 0)
            else 0.0
            for rough, exact in zip(*values)
        ]
        return min(margins)

    def choose(self, weights, images_of, candidates):
        margins = [self.margin(weights, images_of(candidate)) for candidate in candidates]
        best = int(np.argmax(margins))
        print(f"batch {candidates[best]}: margin {margins[best]:.3g}, median {np.median(margins):.2g}", flush=True)
        return candidates[best]
