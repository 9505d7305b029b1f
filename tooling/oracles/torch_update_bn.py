"""Golden file of `recalibrateBatchNorm`: PyTorch's `update_bn` on two convolutions with batch norm, in batches of one size.

    pip install torch==2.15.0 numpy
    python torch_update_bn.py   # packages/training/src/__fixtures__/torch-update-bn.json

PyTorch keeps the unbiased variance: times (n - 1) / n, with n the values of a channel in a batch, it is the biased one. Kernels are HWIO, images
NHWC. The running statistics begin far from the right ones; dropout is left out, since PyTorch keeps it on.
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.optim.swa_utils import update_bn

BATCH, BATCHES, SIZE = 4, 3, 5
random = np.random.default_rng(17)
images = np.round(random.normal(0.3, 1, size=(BATCH * BATCHES, SIZE, SIZE, 2)), 3)
kernels = [np.round(random.normal(size=shape), 3) for shape in ((3, 3, 2, 3), (1, 1, 3, 4))]

network = nn.Sequential(
    nn.Conv2d(2, 3, 3, padding=1, bias=False),
    nn.BatchNorm2d(3, eps=1e-3),
    nn.ReLU(),
    nn.Conv2d(3, 4, 1, bias=False),
    nn.BatchNorm2d(4, eps=1e-3),
).double()
norms = [network[1], network[4]]
for position, kernel in zip((0, 3), kernels):
    network[position].weight.data = torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy())
for norm in norms:
    norm.running_mean.fill_(7)
    norm.running_var.fill_(9)
batches = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).split(BATCH)
update_bn(batches, network)

path = Path(__file__).resolve().parents[2] / "packages/training/src/__fixtures__/torch-update-bn.json"
golden = {
    "madeBy": f"tooling/oracles/torch_update_bn.py with PyTorch {torch.__version__.split('+')[0]}",
    "batchSize": BATCH,
    "shape": list(images.shape),
    "images": images.reshape(-1).tolist(),
    "kernels": [{"shape": list(kernel.shape), "values": kernel.reshape(-1).tolist()} for kernel in kernels],
    "runningMean": [norm.running_mean.tolist() for norm in norms],
    "runningVariance": [norm.running_var.tolist() for norm in norms],
}
path.write_text(json.dumps(golden) + "\n")
