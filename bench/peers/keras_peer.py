"""Keras / TensorFlow on the MNIST variant. Modes: graph (tf.function), jit (XLA), bf16 (mixed_bfloat16 policy, graph)."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # on AMD TensorFlow leaves oneDNN off: 1.7 times slower

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from network import MODULES, STEM, measure, parse_arguments, scaled

MODES = ["graph", "jit", "bf16"]


def unit(x, filters, size):
    x = layers.Conv2D(filters, size, padding="same")(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)


def inception(x, conv1, reduce3, conv3, reduce5, conv5, projection):
    branches = [
        unit(x, conv1, 1),
        unit(unit(x, reduce3, 1), conv3, 3),
        unit(unit(unit(x, reduce5, 1), conv5, 3), conv5, 3),
        unit(layers.MaxPooling2D(3, 1, padding="same")(x), projection, 1),
    ]
    return layers.Concatenate()(branches)


def network(width):
    inputs = layers.Input((28, 28, 1))
    x = unit(inputs, scaled(STEM, width), 3)
    for module in MODULES:
        if module == "pool":
            x = layers.MaxPooling2D(3, 2, padding="same")(x)
        else:
            x = inception(x, *(scaled(c, width) for c in module[1:]))
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(x))
    return keras.Model(inputs, layers.Dense(10, activation="softmax", dtype="float32")(x))


def main():
    arguments = parse_arguments(__doc__, MODES)
    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    keras.utils.set_random_seed(1)
    if arguments.mode == "bf16":
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    model = network(arguments.width)
    images = tf.constant(np.random.rand(arguments.batch, 28, 28, 1).astype("float32"))
    labels = tf.constant(np.arange(arguments.batch) % 10)
    jit = arguments.mode == "jit"

    if arguments.task == "train":
        model.compile("adam", "sparse_categorical_crossentropy", jit_compile=jit)

        def step():
            return model.train_on_batch(images, labels)

    else:
        forward = tf.function(lambda x: model(x, training=False), jit_compile=jit)

        def step():
            return forward(images).numpy()

    measure(step, arguments, "keras", f"{keras.__version__}, tensorflow {tf.__version__}")


if __name__ == "__main__":
    main()
