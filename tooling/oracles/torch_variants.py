"""Golden file of the published variants: the logits of all heads, on weights and images from a formula.

`torchvision` runs torchvision's own class. `paper` and `cifar` are written down here with PyTorch's functions at 1/8 of
the width. Images have odd sizes, where border rules differ. `slim` is in tf_slim.py.
"""

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

from golden import save, weight
from variant_tables import BLOCKS, CLASSES, described, image_of, scaled


class TorchNet:
    """Convolutions, modules and auxiliary heads on NCHW float64, with weights by their names here."""

    def __init__(self, batch_norm, epsilon, five_by_five):
        self.batch_norm, self.epsilon, self.five_by_five = batch_norm, epsilon, five_by_five

    def vector(self, name, size):
        return torch.tensor(weight(name, (size,)))

    def conv(self, x, name, filters, size, stride=1, batch_norm=None):
        kernel = torch.tensor(weight(f"{name}/kernel", (size, size, x.shape[1], filters))).permute(3, 2, 0, 1)
        y = F.conv2d(x, kernel, self.vector(f"{name}/bias", filters), stride, size // 2)
        if self.batch_norm if batch_norm is None else batch_norm:
            mean, variance, gamma, beta = (
                self.vector(f"{name}/{kind}", filters)
                for kind in ("moving_mean", "moving_variance", "gamma", "beta")
            )
            y = F.batch_norm(y, mean, variance, gamma, beta, False, 0, self.epsilon)
        return F.relu(y)

    def inception(self, x, block):
        name = f"inception_{block}"
        one, reduce3, three, reduce5, five, pool = BLOCKS[block]
        y5 = self.conv(x, f"{name}/5x5_reduce", reduce5, 1)
        for unit, size in zip(("5x5", "5x5_2"), self.five_by_five):
            y5 = self.conv(y5, f"{name}/{unit}", five, size)
        y3 = self.conv(self.conv(x, f"{name}/3x3_reduce", reduce3, 1), f"{name}/3x3", three, 3)
        y_pool = self.conv(F.max_pool2d(x, 3, 1, 1), f"{name}/pool_proj", pool, 1)
        return torch.cat([self.conv(x, f"{name}/1x1", one, 1), y3, y5, y_pool], 1)

    def dense(self, x, name, units):
        return x @ torch.tensor(weight(f"{name}/kernel", (x.shape[1], units))) + self.vector(f"{name}/bias", units)

    def auxiliary(self, x, name):
        y = self.conv(F.avg_pool2d(x, 5, 3), f"{name}_conv", scaled(128), 1, batch_norm=False)
        y = F.relu(self.dense(y.permute(0, 2, 3, 1).flatten(1), f"{name}_fc", scaled(1024)))
        return self.dense(y, f"{name}_logits", CLASSES)

    def body(self, x, pool3, pool4):
        heads = []
        for block in BLOCKS:
            x = self.inception(x, block)
            if block in ("4a", "4d"):
                heads.append(self.auxiliary(x, f"aux{len(heads) + 1}"))
            x = pool3(x) if block == "3b" else pool4(x) if block == "4e" else x
        return [self.dense(x.mean((2, 3)), "logits", CLASSES), *heads]


def paper(image):
    net = TorchNet(batch_norm=False, epsilon=0.0, five_by_five=[5])
    pool = lambda x: F.max_pool2d(x, 3, 2, ceil_mode=True)
    normalize = lambda x: F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=1.0)
    x = net.conv(torch.tensor(image).permute(0, 3, 1, 2), "conv1_7x7_s2", scaled(64), 7, 2)
    x = net.conv(normalize(pool(x)), "conv2_3x3_reduce", scaled(64), 1)
    x = pool(normalize(net.conv(x, "conv2_3x3", scaled(192), 3)))
    return net.body(x, pool, pool)


def cifar(image):
    net = TorchNet(batch_norm=True, epsilon=1e-5, five_by_five=[3, 3])
    pool = lambda x: F.max_pool2d(x, 3, 2, 1)
    return net.body(net.conv(torch.tensor(image).permute(0, 3, 1, 2), "conv1", scaled(192), 3), pool, pool)


def torch_names():
    """torchvision's names of its convolution units, and ours."""
    yield from {"conv1": "conv1_7x7_s2", "conv2": "conv2_3x3_reduce", "conv3": "conv2_3x3"}.items()
    branches = {
        "branch1": "1x1", "branch2.0": "3x3_reduce", "branch2.1": "3x3",
        "branch3.0": "5x5_reduce", "branch3.1": "5x5", "branch4.1": "pool_proj",
    }  # fmt: skip
    for block in BLOCKS:
        for theirs, ours in branches.items():
            yield f"inception{block}.{theirs}", f"inception_{block}/{ours}"
    yield from {"aux1.conv": "aux1_conv", "aux2.conv": "aux2_conv"}.items()


def torchvision_net(image):
    net = torchvision.models.googlenet(
        weights=None, init_weights=False, aux_logits=True, transform_input=False, num_classes=CLASSES
    )
    net = net.double().eval()
    state = {}
    for theirs, ours in torch_names():
        out, inputs, height, width = net.state_dict()[f"{theirs}.conv.weight"].shape
        kernel = weight(f"{ours}/kernel", (height, width, inputs, out))
        state[f"{theirs}.conv.weight"] = kernel.transpose(3, 2, 0, 1)
        for kind, torch_kind in {
            "gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var"
        }.items():  # fmt: skip
            state[f"{theirs}.bn.{torch_kind}"] = weight(f"{ours}/{kind}", (out,))
    dense = {"fc": "logits", "aux1.fc1": "aux1_fc", "aux1.fc2": "aux1_logits", "aux2.fc1": "aux2_fc", "aux2.fc2": "aux2_logits"}
    for theirs, ours in dense.items():
        out, inputs = net.state_dict()[f"{theirs}.weight"].shape
        kernel = weight(f"{ours}/kernel", (inputs, out))
        if theirs.endswith("fc1"):  # ours is flattened as height, width, channels
            kernel = kernel.reshape(4, 4, inputs // 16, out).transpose(2, 0, 1, 3).reshape(inputs, out)
        state[f"{theirs}.weight"], state[f"{theirs}.bias"] = kernel.T, weight(f"{ours}/bias", (out,))
    expected = {name for name in net.state_dict() if not name.endswith("num_batches_tracked")}
    assert set(state) == expected, "every parameter of torchvision's class has a value"
    net.load_state_dict({name: torch.tensor(np.ascontiguousarray(v)) for name, v in state.items()}, strict=False)
    taps = {}
    for block in ("4a", "4d"):
        module = getattr(net, f"inception{block}")
        module.register_forward_hook(lambda _m, _i, output, block=block: taps.update({block: output}))
    logits = net(torch.tensor(image).permute(0, 3, 1, 2))
    return [logits, net.aux1(taps["4a"]), net.aux2(taps["4d"])]


# Variant: network, width, image, range of the pixels. Large pixels give the local response normalisation work to do.
VARIANTS = {
    "paper": (paper, 0.125, (129, 161, 3), -120.0, 130.0),
    "torchvision": (torchvision_net, 1, (33, 47, 3), -2.0, 2.0),
    "cifar": (cifar, 0.125, (33, 32, 3), -2.0, 2.0),
}

if __name__ == "__main__":
    content = {}
    with torch.no_grad():
        for variant, (network, width, shape, low, high) in VARIANTS.items():
            heads = [np.asarray(logits) for logits in network(image_of(variant, shape, low, high))]
            content[variant] = described(heads, width, shape, low, high)
    header = {
        "source": f"tooling/oracles/torch_variants.py, torch {torch.__version__}, torchvision {torchvision.__version__}, float64",
        "classes": CLASSES,
    }
    save("packages/model/src/__fixtures__/torch-variants.json", header, content)
