"""What the peers share: the channel table of the MNIST variant, command line, timing and the result line."""

import argparse
import json
import os
import resource
import statistics
import time

# input stage: a 3x3 convolution; then (name, 1x1, 3x3 reduce, 3x3, "5x5" reduce, "5x5", pool proj), "pool" between stages.
# Two 3x3 convolutions stand in the branch that the paper calls 5x5.
STEM = 192
MODULES = [
    ("3a", 64, 96, 128, 16, 32, 32),
    ("3b", 128, 128, 192, 32, 96, 64),
    "pool",
    ("4a", 192, 96, 208, 16, 48, 64),
    ("4b", 160, 112, 224, 24, 64, 64),
    ("4c", 128, 128, 256, 24, 64, 64),
    ("4d", 112, 144, 288, 32, 64, 64),
    ("4e", 256, 160, 320, 32, 128, 128),
    "pool",
    ("5a", 256, 160, 320, 32, 128, 128),
    ("5b", 384, 192, 384, 48, 128, 128),
]


def scaled(channels, width):
    """The channels of a narrower network, as the TypeScript package rounds them."""
    return channels if width == 1 else max(8, int(channels * width / 8 + 0.5) * 8)


def parse_arguments(description, modes):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--task", choices=["train", "inference"], default="train")
    parser.add_argument("--variant", choices=["mnist", "paper", "torchvision"], default="mnist")
    parser.add_argument("--width", type=float, default=1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--warmup", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    return parser.parse_args()


def measure(step, arguments, name, version):
    """Runs `step` and prints one JSON line: median and best milliseconds, images a second, processor milliseconds."""
    for _ in range(arguments.warmup):
        step()
    wall, processor = [], []
    end = time.perf_counter() + arguments.seconds
    while len(wall) < arguments.steps or time.perf_counter() < end:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        start = time.perf_counter()
        step()
        wall.append((time.perf_counter() - start) * 1e3)
        after = resource.getrusage(resource.RUSAGE_SELF)
        processor.append((after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime) * 1e3)
    median = statistics.median(wall)
    result = {
        "engine": name,
        "version": version,
        "mode": arguments.mode,
        "task": arguments.task,
        "variant": arguments.variant,
        "width": arguments.width,
        "batch": arguments.batch,
        "threads": arguments.threads,
        "medianMs": round(median, 1),
        "bestMs": round(min(wall), 1),
        "processorMs": round(statistics.median(processor), 1),
        "imagesPerSecond": round(arguments.batch / median * 1e3, 2),
    }
    print(json.dumps(result), flush=True)
