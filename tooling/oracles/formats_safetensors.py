"""Golden file of @googlenet/formats: a safetensors file written by the safetensors library, with one tensor of each number type.

The 16-bit tensors hold the float32 one as PyTorch rounds it: borders of both formats, ties, denormals, infinities.
"""

import base64
import json
import os

import torch
from safetensors.torch import save

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "../../packages/formats/src/__fixtures__/safetensors.json")

edges = [0.0, -0.0, 1.0, -2.5, 65504.0, 65519.99, 65520.0, 1e30, 3.4e38, -1e-45, 6e-8, 2.9802322e-08, 2.9802326e-08, 6.1e-5,
         float("inf"), float("-inf"), float("nan")]
generator = torch.Generator().manual_seed(1)
random = torch.randn(400, generator=generator) * 10.0 ** torch.randint(-9, 6, (400,), generator=generator)
ties = torch.tensor([1 + (2 * i + 1) * 2.0**-e for e in (8, 9, 11, 12) for i in range(4)])
values = torch.cat([torch.tensor(edges), random, ties]).reshape(-1, 1)
tensors = {
    "f32": values,
    "f16": values.to(torch.float16),
    "bf16": values.to(torch.bfloat16),
    "f64": torch.tensor([0.1, -7.5], dtype=torch.float64),
    "i64": torch.tensor(-3, dtype=torch.int64),
    "i32": torch.tensor([[1, -2], [3, 4]], dtype=torch.int32),
    "i16": torch.tensor([-300], dtype=torch.int16),
    "i8": torch.tensor([-3, 3], dtype=torch.int8),
    "u8": torch.tensor([200], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
}
file = save(tensors, metadata={"format": "pt"})
os.makedirs(os.path.dirname(TARGET), exist_ok=True)
with open(TARGET, "w") as out:
    note = "made by tooling/oracles/formats_safetensors.py with safetensors 0.6+ and torch " + torch.__version__.split("+")[0]
    json.dump({"source": note, "file": base64.b64encode(file).decode()}, out)
    out.write("\n")
