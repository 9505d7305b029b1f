"""PyTorch on the MNIST variant. Modes: eager, channels_last, compile (channels last), bf16 (channels last, autocast),
compile_bf16. Memory settings of malloc come from the caller's environment (see README.md)."""

import torch
import torch.nn.functional as F
from torch import nn

from network import MODULES, STEM, measure, parse_arguments, scaled

MODES = ["channels_last", "eager", "compile", "bf16", "compile_bf16"]


class Unit(nn.Sequential):
    def __init__(self, inputs, outputs, size):
        super().__init__(
            nn.Conv2d(inputs, outputs, size, padding=size // 2),
            nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01),
            nn.ReLU(inplace=True),
        )


class Inception(nn.Module):
    def __init__(self, inputs, conv1, reduce3, conv3, reduce5, conv5, projection):
        super().__init__()
        self.branch1 = Unit(inputs, conv1, 1)
        self.branch3 = nn.Sequential(Unit(inputs, reduce3, 1), Unit(reduce3, conv3, 3))
        self.branch5 = nn.Sequential(Unit(inputs, reduce5, 1), Unit(reduce5, conv5, 3), Unit(conv5, conv5, 3))
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), Unit(inputs, projection, 1))
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


def main():
    arguments = parse_arguments(__doc__, MODES)
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    bf16 = arguments.mode.endswith("bf16")
    layout = torch.contiguous_format if arguments.mode == "eager" else torch.channels_last
    model = network(arguments.width).to(memory_format=layout)
    images = torch.rand(arguments.batch, 1, 28, 28).to(memory_format=layout)
    labels = torch.arange(arguments.batch) % 10
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
