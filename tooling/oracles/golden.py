"""What every oracle shares: values from a formula, digests of arrays, files.

`packages/inception/src/testing/golden.ts` holds the same formula and the same digest; change both together.
"""

import json
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
MASK = np.uint32(0xFFFFFFFF)


def seed_of(name: str) -> int:
    """FNV-1a of the name, 32 bits."""
    value = 0x811C9DC5
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def uniform(name: str, count: int) -> np.ndarray:
    """`count` numbers in [0, 1), a hash of the name and the index: exact in any language with 32-bit integers."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32(seed_of(name))
        x = (x ^ (x >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        x = x ^ (x >> np.uint32(16))
    return x.astype(np.float64) / 4294967296.0


def fill(name: str, shape, low: float, high: float) -> np.ndarray:
    """Values in [low, high), rounded to float32 so that every engine starts from the same numbers."""
    values = low + (high - low) * uniform(name, int(np.prod(shape)))
    return values.astype(np.float32).astype(np.float64).reshape(shape)


RANGES = {
    "bias": (-0.2, 0.2),
    "gamma": (0.5, 1.5),
    "beta": (-0.5, 0.5),
    "moving_mean": (-0.3, 0.3),
    "moving_variance": (0.5, 1.5),
}


def weight(name: str, shape) -> np.ndarray:
    """The weight of that name, as `inception_3a/3x3/kernel`; kernels keep the variance of what they get."""
    kind = name.rsplit("/", 1)[-1]
    if kind == "kernel":
        limit = float(np.sqrt(6.0 / np.prod(shape[:-1])))
        return fill(name, shape, -limit, limit)
    return fill(name, shape, *RANGES[kind])


def digest(values) -> list:
    """[norm, three projections on fixed directions, the first value]: small, and different if anything differs."""
    flat = np.asarray(values, dtype=np.float64).reshape(-1)
    projections = [
        float(np.dot(flat, 2.0 * uniform(f"projection {i}", flat.size) - 1.0)) for i in range(3)
    ]
    return [rounded(x) for x in (float(np.linalg.norm(flat)), *projections, float(flat[0]))]


def rounded(x: float) -> float:
    """Eight significant digits: more than float32 holds."""
    return float(f"{x:.8g}")


def save(path: str, header: dict, content: dict) -> None:
    target = ROOT / path
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in {**header, **content}.items()]
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    size = target.stat().st_size
    print(f"{path}: {size} bytes")
    if size > 50 * 1024:
        raise SystemExit(f"{path}: expected at most 50 KB, got {size} bytes. Store less.")
