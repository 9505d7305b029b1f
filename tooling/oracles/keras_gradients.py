"""One training step of the MNIST network for `npm run gradients` of the benchmark: weights, images, and every weight's gradient.

    .venv/bin/python keras_gradients.py FOLDER [--width 1] [--batch 32]

FOLDER gets tensors.bin (float32) and tensors.json: the gradients of Keras in float64, and those of Keras in float32 to compare with.
"""

import argparse
import json
from pathlib import Path

import keras
import numpy as np

from golden import weight
from keras_network import images_of, is_idle_bias, labels_of, loss_and_gradients, network
from keras_units import use_float64, versions


def step(width, batch, activation, dtype):
    """Names, weights and gradients of one step on seeded random images: kernels by formula, all else as a network starts."""
    keras.utils.set_random_seed(0)
    model, weights = network(28, width, activation)
    for name, variable in weights:
        if name.endswith("kernel"):
            variable.assign(weight(name, tuple(variable.shape)))
    trainable = [(name, variable) for name, variable in weights if "moving" not in name]
    images, labels = np.asarray(images_of(28, batch, 0), dtype), labels_of(batch, 0)
    _, loss, gradients = loss_and_gradients(model, trainable, images, labels)
    values = {f"weight {name}": np.asarray(variable) for name, variable in weights}
    for (name, _), gradient in zip(trainable, gradients):
        if not is_idle_bias(name):
            values[f"gradient {name}"] = np.asarray(gradient)
    return values, images, labels, float(loss)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--width", type=float, default=1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--activation", choices=["relu", "linear"], default="relu", help="linear: rounding alone, no kinks")
    options = parser.parse_args()
    single, _, _, _ = step(options.width, options.batch, options.activation, np.float32)
    use_float64()
    values, images, labels, loss = step(options.width, options.batch, options.activation, np.float64)
    tensors = {**values, "images": images}
    tensors |= {f"float32 {name}": value for name, value in single.items() if name.startswith("gradient ")}
    options.folder.mkdir(parents=True, exist_ok=True)
    entries, offset = [], 0
    with open(options.folder / "tensors.bin", "wb") as file:
        for name, value in tensors.items():
            file.write(np.ascontiguousarray(value, np.float32).tobytes())
            entries.append({"name": name, "shape": list(value.shape), "offset": offset})
            offset += value.size
    header = {"source": f"tooling/oracles/keras_gradients.py, {versions()}", "loss": loss}
    header |= {"widthMultiplier": options.width, "batchSize": options.batch, "activation": options.activation, "labels": [int(x) for x in labels]}
    (options.folder / "tensors.json").write_text(json.dumps({**header, "tensors": entries}))
    print(f"{len(entries)} tensors, loss {loss}")
