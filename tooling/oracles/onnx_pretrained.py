"""Writes the `inception_v1` that Python's onnx carries without its weights to FOLDER, with random ones, for packages/pretrained's
live test: zoo.onnx, an input and the probabilities of onnxruntime.

The graph, its names and its shapes are the model zoo's. Its pools round down; Caffe's, and the zoo's googlenet, round up: the pools get
the padding at the end that does it, and the last one no longer needs its own.

  python onnx_pretrained.py FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

LIGHT = Path(onnx.__file__).parent / "backend/test/data/light/light_inception_v1.onnx"


def weights_of(graph):
    """Shapes of the weights by name: those that the light file makes of a constant, and those that it kept."""
    shapes = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    made = {
        node.output[0]: tuple(int(size) for size in shapes[node.input[0]])
        for node in graph.node
        if node.op_type == "ConstantOfShape"
    }
    kept = {name: array.shape for name, array in shapes.items() if not name.endswith("__SHAPE")}
    return made | {name: tuple(shape) for name, shape in kept.items()}


def repad(node, pads=None):
    """Gives a pool other pads, or none."""
    rest = [attribute for attribute in node.attribute if attribute.name != "pads"]
    del node.attribute[:]
    node.attribute.extend(rest if pads is None else [*rest, helper.make_attribute("pads", pads)])


def filled(seed):
    """The model with random weights as initializers, and pools that round up."""
    model = onnx.load(LIGHT)
    model.ir_version = 4  # the first in which initializers need not be inputs as well
    graph = model.graph
    random = np.random.default_rng(seed)
    kept = [tensor for tensor in graph.initializer if not tensor.name.endswith(("__SHAPE", "_w_0", "_b_0"))]
    for name, shape in weights_of(graph).items():
        if not name.endswith(("_w_0", "_b_0")):
            continue
        limit = np.sqrt(6 / np.prod(shape[1:])) if len(shape) > 1 else 0.2
        kept.append(numpy_helper.from_array(random.uniform(-limit, limit, shape).astype(np.float32), name))
    nodes = [node for node in graph.node if node.op_type != "ConstantOfShape"]
    for node in nodes:
        attributes = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
        if node.op_type == "MaxPool" and list(attributes["strides"]) == [2, 2]:
            repad(node, [0, 0, 1, 1])
        if node.op_type == "AveragePool":  # over the whole map, which has 7 pixels a side then, not 6 and padding
            repad(node)
    inputs = [value for value in graph.input if value.name == "data_0"]
    for field, items in (("initializer", kept), ("node", nodes), ("input", inputs)):
        graph.ClearField(field)
        getattr(graph, field).extend(items)
    graph.ClearField("value_info")
    return model


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    model = filled(1)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "zoo.onnx")
    images = np.random.default_rng(2).uniform(-120, 130, (1, 3, 224, 224)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(folder / "zoo.onnx"), providers=["CPUExecutionProvider"])
    (probabilities,) = session.run(None, {"data_0": images})
    images.transpose(0, 2, 3, 1).tofile(folder / "images.bin")
    probabilities.reshape(-1).astype(np.float32).tofile(folder / "probabilities.bin")
