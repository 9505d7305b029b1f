"""The names and shapes of the weights in other people's files: torchvision's own class, and the ONNX zoo's graph that Python's onnx carries."""

import onnx
import torchvision

from golden import save
from onnx_pretrained import LIGHT, weights_of

if __name__ == "__main__":
    model = torchvision.models.googlenet(weights=None, aux_logits=True, init_weights=False)
    zoo = weights_of(onnx.load(LIGHT).graph)
    save(
        "packages/pretrained/src/__fixtures__/source-names.json",
        {"source": f"tooling/oracles/pretrained_names.py, torchvision {torchvision.__version__}, onnx {onnx.__version__}"},
        {
            "torchvision": {name: list(values.shape) for name, values in model.state_dict().items()},
            "onnx-zoo": {name: list(shape) for name, shape in zoo.items()},
        },
    )
