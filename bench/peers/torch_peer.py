"""PyTorch on the MNIST variant, on `paper` (Caffe's network, written down here) and on `torchvision` (its own class).

Modes: eager, channels_last, compile (channels last), bf16 (channels last, autocast), compile_bf16. Memory settings of malloc come from the caller's environment (see README.md)."""

import torch
import torch.nn.functional as F
from torch import nn

from network import MODULES, STEM, measure, parse_arguments, scaled

MODES = ["channels_last", "eager", "compile", "bf16", "compile_bf16"]


class Unit(nn.Sequential):
    def __init__(self, inputs, outputs, size, stride=1):
        super().__init__(
            nn.Conv2d(inputs, outputs, size, stride, padding=size // 2),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01),
            nn.ReLU(inplace=True),
        )


class PlainUnit(nn.Sequential):
    """As in Caffe: no batch norm, biases of 0.2."""

    def __init__(self, inputs, outputs, size, stride=1):
        super().__init__(nn.Conv2d(inputs, outputs, size, stride, padding=size // 2), nn.ReLU(inplace=True))
        nn.init.xavier_uniform_(self[0].weight)
        nn.init.constant_(self[0].bias, 0.2)


class Inception(nn.Module):
    def __init__(self, inputs, conv1, reduce3, conv3, reduce5, conv5, projection, unit=Unit, sizes=(3, 3)):
        super().__init__()
        self.branch1 = unit(inputs, conv1, 1)
        self.branch3 = nn.Sequential(unit(inputs, reduce3, 1), unit(reduce3, conv3, 3))
        fives = [unit(reduce5 if i == 0 else conv5, conv5, size) for i, size in enumerate(sizes)]
        self.branch5 = nn.Sequential(unit(inputs, reduce5, 1), *fives)
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), unit(inputs, projection, 1))
        self.outputs = conv1 + conv3 + conv5 + projection

    def forward(self, x):
        return torch.cat([self.branch1(x), self.branch3(x), self.branch5(x), self.pool(x)], 1)


def network(width):
    layers = [Unit(1, scaled(STEM, width), 3)]
    channels = scaled(STEM, width)
    for module in MODULES:
        if module == "pool":
            layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
            continue
        layers.append(Inception(channels, *(scaled(c, width) for c in module[1:])))
        channels = layers[-1].outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(channels, 10))


def paper_network():
    """Caffe's bvlc_googlenet without its auxiliary heads."""
    pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)
    normalize = lambda: nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)
    layers = [PlainUnit(3, 64, 7, 2), pool(), normalize(), PlainUnit(64, 64, 1), PlainUnit(64, 192, 3), normalize(), pool()]
    channels = 192
    for module in MODULES:
        if module == "pool":
            layers.append(pool())
            continue
        layers.append(Inception(channels, *module[1:], unit=PlainUnit, sizes=(5,)))
        channels = layers[-1].outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(channels, 1000))


def torchvision_network():
    import torchvision

    return torchvision.models.googlenet(weights=None, aux_logits=False, init_weights=False, transform_input=False)


def build(variant, width):
    """The network, the shape of an image and the number of classes."""
    if variant == "mnist":
        return network(width), (1, 28, 28), 10
    return (paper_network if variant == "paper" else torchvision_network)(), (3, 224, 224), 1000


def main():
    arguments = parse_arguments(__doc__, MODES)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    bf16 = arguments.mode.endswith("bf16")
    layout = torch.contiguous_format if arguments.mode == "eager" else torch.channels_last
    model, shape, classes = build(arguments.variant, arguments.width)
    model = model.to(memory_format=layout)
    images = torch.rand(arguments.batch, *shape).to(memory_format=layout)
    labels = torch.arange(arguments.batch) % classes
    forward = torch.compile(model) if arguments.mode.startswith("compile") else model

    if arguments.task == "train":
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

        def step():
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                loss = F.cross_entropy(forward(images), labels)
            loss.backward()
            optimizer.step()
            return loss.item()

    else:
        model.eval()

        def step():
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                return forward(images).sum().item()

    measure(step, arguments, "pytorch", torch.__version__)


if __name__ == "__main__":
    main()
