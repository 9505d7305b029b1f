"""Writes slim.h5 to FOLDER with h5py, for packages/pretrained's live test: TF-slim's inception_v1 at 1/8 of the width under the
names of its own variables, weights from the formula of tf_slim.py (whose golden file has the logits), with an output for the background in front.

  python slim_h5.py FOLDER
"""

import sys
from pathlib import Path

import h5py
import numpy as np

from golden import weight
from variant_tables import BLOCKS, CLASSES, scaled

# Scopes of research/slim/nets/inception_v1.py by the paper's names. Branch 2 of Mixed_5b says 0a twice there.
SCOPES = dict(zip(BLOCKS, ["3b", "3c", "4b", "4c", "4d", "4e", "4f", "5b", "5c"]))


def units():
    """Scope there, name here, inputs, filters, size."""
    yield "Conv2d_1a_7x7", "conv1_7x7_s2", 3, scaled(64), 7
    yield "Conv2d_2b_1x1", "conv2_3x3_reduce", scaled(64), scaled(64), 1
    yield "Conv2d_2c_3x3", "conv2_3x3", scaled(64), scaled(192), 3
    inputs = scaled(192)
    for block, (one, reduce3, three, reduce5, five, pool) in BLOCKS.items():
        mixed, name = f"Mixed_{SCOPES[block]}", f"inception_{block}"
        second = "Conv2d_0a_3x3" if SCOPES[block] == "5b" else "Conv2d_0b_3x3"
        yield f"{mixed}/Branch_0/Conv2d_0a_1x1", f"{name}/1x1", inputs, one, 1
        yield f"{mixed}/Branch_1/Conv2d_0a_1x1", f"{name}/3x3_reduce", inputs, reduce3, 1
        yield f"{mixed}/Branch_1/Conv2d_0b_3x3", f"{name}/3x3", reduce3, three, 3
        yield f"{mixed}/Branch_2/Conv2d_0a_1x1", f"{name}/5x5_reduce", inputs, reduce5, 1
        yield f"{mixed}/Branch_2/{second}", f"{name}/5x5", reduce5, five, 3
        yield f"{mixed}/Branch_3/Conv2d_0b_1x1", f"{name}/pool_proj", inputs, pool, 1
        inputs = one + three + five + pool
    yield "Logits/Conv2d_0c_1x1", "logits", inputs, CLASSES, 1


if __name__ == "__main__":
    with h5py.File(Path(sys.argv[1]) / "slim.h5", "w") as file:
        for scope, name, inputs, filters, size in units():
            put = lambda path, values: file.create_dataset(f"InceptionV1/{scope}/{path}", data=values.astype(np.float32))
            if name == "logits":
                kernel, bias = weight("logits/kernel", (inputs, filters)), weight("logits/bias", (filters,))
                put("weights", np.pad(kernel, ((0, 0), (1, 0)), constant_values=-9)[None, None])
                put("biases", np.pad(bias, (1, 0), constant_values=-9))
                continue
            put("weights", weight(f"{name}/kernel", (size, size, inputs, filters)))
            for kind in ("beta", "moving_mean", "moving_variance"):
                put(f"BatchNorm/{kind}", weight(f"{name}/{kind}", (filters,)))
        file.create_dataset("global_step", data=np.int64(1))
