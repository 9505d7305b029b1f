"""Writes a random torchvision GoogLeNet to FOLDER for packages/pretrained's live test: zip.pth, legacy.pth,
model.safetensors, an input and the probabilities of all heads.

  python torch_pretrained.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import torch
import torchvision
from safetensors.torch import save_file

from formats_models import disturbed

folder = Path(sys.argv[1])
torch.manual_seed(1)
model = disturbed(torchvision.models.googlenet(weights=None, aux_logits=True, init_weights=False, transform_input=False))
torch.save(model.state_dict(), folder / "zip.pth")
torch.save(model.state_dict(), folder / "legacy.pth", _use_new_zipfile_serialization=False)
save_file(model.state_dict(), folder / "model.safetensors")
images = torch.rand(1, 3, 224, 224) * 2 - 1
hidden = {}
model.inception4a.register_forward_hook(lambda _m, _i, out: hidden.update(aux1=out))
model.inception4d.register_forward_hook(lambda _m, _i, out: hidden.update(aux2=out))
model.eval()
with torch.no_grad():
    main = torch.softmax(model(images), 1)
    aux1 = torch.softmax(model.aux1(hidden["aux1"]), 1)
    aux2 = torch.softmax(model.aux2(hidden["aux2"]), 1)
images.permute(0, 2, 3, 1).contiguous().numpy().astype(np.float32).tofile(folder / "images.bin")
torch.cat([main, aux1, aux2]).numpy().astype(np.float32).tofile(folder / "probabilities.bin")
