"""Prints the golden numbers of src/optimizers/optimizers.test.ts and src/optimizers/schedules.test.ts.

    python scripts/optimizer_goldens.py keras     # Keras 3.15.0 on TensorFlow 2.21
    python scripts/optimizer_goldens.py torch     # PyTorch 2.15

Two runs, since the two libraries do not load into one process.
"""

import sys

KERNEL = [[0.5, -1.0], [2.0, 0.1]]
BIAS = [0.25, -0.75]


def row(name, config, source, kernel, bias):
    def numbers(values):
        return "[" + ", ".join(f"{value:.7g}" for value in values) + "]"

    print(f"  {{ name: '{name}', config: {config}, source: '{source}', kernel: {numbers(kernel)}, bias: {numbers(bias)} }},")


def keras_rows():
    import keras
    import numpy as np

    def run(name, config, optimizer, decays=False):
        kernel = keras.Variable(np.array(KERNEL, "float32"), name="kernel")
        bias = keras.Variable(np.array(BIAS, "float32"), name="bias")
        if decays:
            optimizer.exclude_from_weight_decay(var_names=["bias"])
        optimizer.build([kernel, bias])
        for step in (1, 2, 3):
            optimizer.apply([kernel.value * 0.5 + step, bias.value * 0.5 + step], [kernel, bias])
        row(name, config, f"Keras {keras.__version__}", kernel.numpy().ravel(), bias.numpy())

    make = keras.optimizers
    run("Adam", "{ kind: 'adam' }", make.Adam(0.1))
    run("AdamW", "{ kind: 'adamw', weightDecay: 0.05, beta1: 0.8 }", make.AdamW(0.1, weight_decay=0.05, beta_1=0.8), True)
    run("SGD with momentum", "{ kind: 'sgd' }", make.SGD(0.1, momentum=0.9))
    run("SGD with Nesterov momentum", "{ kind: 'sgd', nesterov: true }", make.SGD(0.1, momentum=0.9, nesterov=True))
    run("plain SGD", "{ kind: 'sgd', momentum: 0 }", make.SGD(0.1))


def torch_rows():
    import torch

    source = "PyTorch " + torch.__version__.split("+")[0]

    def run(name, config, make):
        kernel = torch.tensor(KERNEL, requires_grad=True)
        bias = torch.tensor(BIAS, requires_grad=True)
        optimizer = make(kernel, bias)
        for step in (1, 2, 3):
            for weight in (kernel, bias):
                weight.grad = weight.detach() * 0.5 + step
            optimizer.step()
        row(name, config, source, kernel.detach().ravel().tolist(), bias.detach().tolist())

    run(
        "Adam with L2",
        "{ kind: 'adam', weightDecay: 0.05, epsilon: 1e-8 }",
        lambda k, b: torch.optim.Adam([{"params": [k], "weight_decay": 0.05}, {"params": [b]}], lr=0.1),
    )
    run(
        "SGD of the paper",
        "{ kind: 'sgd', weightDecay: 0.2, biasLearningRateFactor: 2 }",
        lambda k, b: torch.optim.SGD([{"params": [k], "weight_decay": 0.2}, {"params": [b], "lr": 0.2}], lr=0.1, momentum=0.9),
    )

    def rates(name, total, learning_rate, make):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=learning_rate)
        schedule = make(optimizer)
        values = []
        for step in range(total):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if step < total - 1:
                schedule.step()
        print(name, ", ".join(f"{value:.8g}" for value in values))

    kinds = torch.optim.lr_scheduler
    rates("oneCycle", 10, 0.02, lambda o: kinds.OneCycleLR(o, 0.02, total_steps=10))
    rates(
        "oneCycle 0.5/10/100",
        7,
        0.02,
        lambda o: kinds.OneCycleLR(o, 0.02, total_steps=7, pct_start=0.5, div_factor=10, final_div_factor=100),
    )
    rates("cosine", 5, 0.1, lambda o: kinds.CosineAnnealingLR(o, T_max=5, eta_min=0.01))
    rates("polynomial", 5, 0.1, lambda o: kinds.PolynomialLR(o, total_iters=5, power=0.5))


if __name__ == "__main__":
    {"keras": keras_rows, "torch": torch_rows}[sys.argv[1]]()
