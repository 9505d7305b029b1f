"""Golden file of @googlenet/formats: small HDF5 files written by h5py, one that is read and four that are refused by name; gzipped."""

import base64
import gzip
import io
import json
from pathlib import Path

import h5py
import numpy as np

TARGET = Path(__file__).resolve().parents[2] / "packages/formats/src/__fixtures__/hdf5.json"


def written(fill, **options):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        fill(file)
    return base64.b64encode(gzip.compress(buffer.getvalue(), mtime=0)).decode()


def readable(file):
    group = file.create_group("vars")
    group.attrs["name"] = "a name"
    group["0"] = np.arange(6, dtype=np.float32).reshape(2, 3)
    group["0"].attrs["note"] = ["several", "texts"]
    types = file.create_group("types")
    types["f2"] = np.array([1.5], dtype=np.float16)
    types["f8"] = np.array([-2.25])
    types["i8"] = np.int64(-3)
    types["u1"] = np.array([1, 255], dtype=np.uint8)
    types["empty"] = np.zeros(0, dtype=np.float32)
    types["text"] = "left out"
    for i in range(40):
        file[f"layers/layer_{i}/vars/0"] = np.array([i], dtype=np.float32)


def dataset(**options):
    return lambda file: file.create_dataset("a", data=np.zeros(64, dtype=options.pop("dtype", np.float32)), **options)


content = {
    "source": f"made by tooling/oracles/formats_hdf5.py with h5py {h5py.version.version}, HDF5 {h5py.version.hdf5_version}",
    "file": written(readable),
    "chunks": written(dataset(chunks=(16,))),
    "gzip": written(dataset(compression="gzip")),
    "big": written(dataset(dtype=">f4")),
    "latest": written(dataset(), libver="latest"),
}
TARGET.write_text(json.dumps(content) + "\n")
print(TARGET.name, TARGET.stat().st_size, "bytes")
