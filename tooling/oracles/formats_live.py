"""What other tools make of our files: one command a format, outputs as JSON on standard output.

Run by the tests of packages/formats where Python has the libraries. Images come from the formula of golden.py, so that only names and shapes are
passed.
"""

import json
import sys

import numpy as np

from formats_models import disturbed, export_torch, images


def torchvision_outputs(path, name, shape, classes):
    """Loads a safetensors or .pth file into torchvision's own class, strictly; the logits of all heads, and the weights written back."""
    import torch
    import torchvision

    model = torchvision.models.googlenet(weights=None, init_weights=False, transform_input=False, num_classes=classes, aux_logits=True)
    if path.endswith(".pth"):
        state, save = torch.load(path, weights_only=True), torch.save
    else:
        from safetensors.torch import load_file, save_file

        state, save = load_file(path), save_file
    model.load_state_dict(state, strict=True)
    model.eval()
    maps = {}
    for block in ("inception4a", "inception4d"):
        getattr(model, block).register_forward_hook(lambda _m, _i, out, block=block: maps.update({block: out}))
    with torch.no_grad():
        x = torch.tensor(images(name, shape)).permute(0, 3, 1, 2)
        outputs = [model(x), model.aux1(maps["inception4a"]), model.aux2(maps["inception4d"])]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(0.5)
        halved = model(x)
    save(model.state_dict(), path + ".back")
    return [output.tolist() for output in [*outputs, halved]]


def onnx_outputs(path, name, shape, channels_last):
    """Checks an ONNX file in full, shapes inferred, and runs it; outputs by name."""
    import onnx
    import onnxruntime

    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    x = images(name, shape)
    feeds = {session.get_inputs()[0].name: x if channels_last else np.ascontiguousarray(x.transpose(0, 3, 1, 2))}
    names = [output.name for output in session.get_outputs()]
    return {name: value.tolist() for name, value in zip(names, session.run(names, feeds))}


def torch_onnx(folder, shape):
    """torchvision's GoogLeNet by torch.onnx at every opset, ResNet, MobileNet; by the newer exporter too where onnxscript is; with outputs."""
    import importlib.util
    import os

    import torch
    import torchvision

    torch.manual_seed(4)
    training = torch.onnx.TrainingMode
    kinds = [{"opset_version": opset, "dynamo": False} for opset in (13, 15, 18, 20)]
    kinds.append({"opset_version": 17, "dynamo": False, "training": training.PRESERVE, "do_constant_folding": False})
    kinds.append({"opset_version": 17, "dynamo": False, "transform_input": True})
    others = ("resnet18", "mobilenet_v2")
    kinds += [{"network": network, "opset_version": 17, "dynamo": False} for network in others]
    if importlib.util.find_spec("onnxscript"):
        kinds += [{"opset_version": opset, "dynamo": True} for opset in (18, 21)]
        kinds.append({"opset_version": 18, "dynamo": True, "external_data": False, "transform_input": True})
        free = ({0: torch.export.Dim("batch")},)
        newer = {"opset_version": 18, "dynamo": True, "dynamic_shapes": free}
        kinds += [{"network": network, **newer} for network in ("googlenet", *others)]
    found = []
    for i, options in enumerate(kinds):
        kind = str(options)
        path = os.path.join(folder, f"{i}.onnx")
        network, transforms = options.pop("network", "googlenet"), options.pop("transform_input", False)
        own = {"init_weights": False, "transform_input": transforms, "aux_logits": False}
        further = own if network == "googlenet" else {}
        model = torchvision.models.get_model(network, weights=None, num_classes=10, **further)
        model = disturbed(model).eval()
        stdout, sys.stdout = sys.stdout, sys.stderr  # the exporter talks
        try:
            outputs = export_torch(model, path, shape, **options)
        finally:
            sys.stdout = stdout
        found.append({"kind": kind, "path": path, "outputs": outputs})
    return found


def light_onnx(name):
    """Networks of ONNX's model zoo as the package onnx carries them, their weights constants; what onnxruntime predicts."""
    import os

    import onnx
    import onnxruntime

    folder = os.path.join(os.path.dirname(onnx.__file__), "backend", "test", "data", "light")
    found = []
    for network in ("inception_v1", "inception_v2", "squeezenet", "densenet121"):
        path = os.path.join(folder, f"light_{network}.onnx")
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        image = session.get_inputs()[0]
        batch, channels, height, width = image.shape
        shape = [1, height, width, channels]
        x = images(name, shape).transpose(0, 3, 1, 2)
        output = session.run(None, {image.name: np.ascontiguousarray(np.repeat(x, batch, 0))})[0]
        found.append({"path": path, "shape": shape, "output": output[0].reshape(-1).tolist()})
    return found


def hdf5_datasets(path):
    """Every data set of an HDF5 file by its path."""
    import h5py

    found = {}
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: found.update({name: item[()].tolist()}) if isinstance(item, h5py.Dataset) else None)
    return found


def keras_outputs(path, name, shape, labels, steps, rate):
    """Opens a .keras file: outputs, losses of some steps of gradient descent, and the outputs of the model saved after them."""
    import keras

    model = keras.models.load_model(path)
    assert all(type(layer).__module__.startswith("keras.") for layer in model.layers)
    model.save(path + ".h5")
    x = images(name, shape)
    outputs = model.predict_on_batch(x)
    found = {"outputs": [value.tolist() for value in (outputs if isinstance(outputs, (list, tuple)) else [outputs])], "losses": [], "trained": []}
    if steps:
        model.compile(optimizer=keras.optimizers.SGD(rate), loss="sparse_categorical_crossentropy")
        for _ in range(steps):
            model.reset_metrics()  # else the mean of all steps so far
            found["losses"].append(float(model.train_on_batch(x, np.array(labels))))
        found["trained"] = model.predict_on_batch(x).tolist()
        model.save(path + ".back.keras")
    return found


if __name__ == "__main__":
    commands = {
        "torchvision": torchvision_outputs,
        "onnx": onnx_outputs,
        "torch_onnx": torch_onnx,
        "light_onnx": light_onnx,
        "hdf5": hdf5_datasets,
        "keras": lambda *each: [keras_outputs(*values) for values in each],
    }
    print(json.dumps(commands[sys.argv[1]](*json.loads(sys.argv[2]))))
