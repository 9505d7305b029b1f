"""Small files of torch.save for packages/formats: both forms of the file, shared and transposed storages, other number types, a checkpoint.

torch_zip.pth and torch_legacy.pth hold the same dictionary; torch_checkpoint.pth holds it inside a checkpoint.
"""

from collections import OrderedDict
from pathlib import Path

import torch

target = Path(__file__).parents[2] / "packages/formats/src/__fixtures__"
base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4) / 8 - 1
state = OrderedDict(
    whole=base,
    part=base[1, :, 1:3],
    transposed=base.permute(2, 0, 1),
    scalar=torch.tensor(7, dtype=torch.int64),
    half=torch.tensor([0.5, -2.0, 65504.0], dtype=torch.float16),
    brain=torch.tensor([1.0, -3.0], dtype=torch.bfloat16),
    double=torch.tensor([0.1], dtype=torch.float64),
    empty=torch.zeros(0, 3),
)
state["parameter"] = torch.nn.Parameter(torch.tensor([4.0, 5.0]))
module = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1))
with torch.no_grad():
    module[0].weight.copy_(torch.tensor([[0.25, 0.75]]))
    module[0].bias.fill_(-1)
torch.save(state, target / "torch_zip.pth")
torch.save(state, target / "torch_legacy.pth", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "lr": 0.1, "done": True, "state_dict": module.state_dict()}, target / "torch_checkpoint.pth")
