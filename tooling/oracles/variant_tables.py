"""What the oracles of whole networks share: the module table at 1/8 of the width, images, the form of a golden."""

import numpy as np

from golden import fill, rounded

CLASSES, WIDTH = 10, 0.125
MODULES = {
    "3a": [64, 96, 128, 16, 32, 32],
    "3b": [128, 128, 192, 32, 96, 64],
    "4a": [192, 96, 208, 16, 48, 64],
    "4b": [160, 112, 224, 24, 64, 64],
    "4c": [128, 128, 256, 24, 64, 64],
    "4d": [112, 144, 288, 32, 64, 64],
    "4e": [256, 160, 320, 32, 128, 128],
    "5a": [256, 160, 320, 32, 128, 128],
    "5b": [384, 192, 384, 48, 128, 128],
}


def scaled(filters, width=WIDTH):
    """As the model package: multiples of 8, at least 8, halves rounded up."""
    return max(8, int(np.floor(filters * width / 8 + 0.5)) * 8)


BLOCKS = {name: [scaled(f) for f in filters] for name, filters in MODULES.items()}


def image_of(variant, shape, low, high):
    return fill(f"{variant} images", (1, *shape), low, high)


def described(heads, width, shape, low, high):
    """The golden of one variant: how to make it again, and the logits of each head."""
    return {
        "widthMultiplier": width,
        "inputShape": shape,
        "pixels": [low, high],
        "logits": [[rounded(x) for x in head[0]] for head in heads],
    }
