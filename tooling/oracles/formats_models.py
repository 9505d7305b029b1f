"""Golden files of @googlenet/formats: small networks as other programs write them, with what those programs predict; gzipped.

onnx_models.json: a small GoogLeNet of torchvision's own modules by torch.onnx, folded, with its batch norm, for training, and in float16.
keras_h5.json, keras_v3.json: Keras's .h5 and .keras of a small GoogLeNet with odd names, of a sequential network, and of a model within a model.
"""

import base64
import gzip
import io
import json
import tempfile
from pathlib import Path

import numpy as np

from golden import uniform

TARGET = Path(__file__).resolve().parents[2] / "packages/formats/src/__fixtures__"


def images(name, shape):
    return uniform(name, int(np.prod(shape))).reshape(shape).astype(np.float32)


def packed(data):
    return base64.b64encode(gzip.compress(data, mtime=0)).decode()


def small_torch_network():
    """Two modules, pools that hang over, a head that sees a flat map: everything whose order of axes or border can go wrong."""
    import torch
    from torch import nn
    from torchvision.models.googlenet import BasicConv2d, Inception

    class SmallGoogLeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = BasicConv2d(3, 4, kernel_size=7, stride=2, padding=3)
            self.maxpool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
            self.conv2 = BasicConv2d(4, 4, kernel_size=1)
            self.inception3a = Inception(4, 2, 2, 3, 1, 2, 2)
            self.maxpool3 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
            self.inception4a = Inception(9, 2, 2, 3, 1, 2, 2)
            self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
            self.dropout = nn.Dropout(0.2)
            self.fc = nn.Linear(9, 5)
            self.aux_conv = BasicConv2d(9, 4, kernel_size=1)
            self.aux_fc = nn.Linear(4 * 2 * 2, 5)

        def forward(self, x):
            x = self.inception3a(self.conv2(self.maxpool1(self.conv1(x))))
            x = self.inception4a(self.maxpool3(x))
            aux = self.aux_conv(nn.functional.avg_pool2d(x, 2, stride=2))
            aux = self.aux_fc(aux.view(aux.size(0), -1))
            return self.fc(self.dropout(torch.flatten(self.avgpool(x), 1))), aux

    torch.manual_seed(3)
    return disturbed(SmallGoogLeNet().eval())


def disturbed(model):
    """With moving statistics that are no ones and zeros."""
    import torch

    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.running_mean.uniform_(-0.2, 0.2)
                module.running_var.uniform_(0.5, 1.5)
                module.weight.uniform_(0.5, 1.5)
                module.bias.uniform_(-0.2, 0.2)
    return model


def export_torch(model, path, shape, **options):
    """Writes an ONNX file; gives the outputs for images of this shape, [batch, height, width, channels]."""
    import torch

    x = torch.tensor(images("images", shape)).permute(0, 3, 1, 2).contiguous()
    torch.onnx.export(model, (x,), path, input_names=["image"], **options)
    model.eval()  # an export in training form runs the network, which moves its statistics
    with torch.no_grad():
        outputs = model(x)
    return [np.asarray(value).tolist() for value in (outputs if isinstance(outputs, tuple) else [outputs])]


def in_float16(data):
    """An ONNX file whose weights and arithmetic are in half precision, as converters write them."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(data)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT16
    return model.SerializeToString()


def onnx_models():
    import torch

    shape = [2, 39, 37, 3]
    network = small_torch_network()
    content = {"source": f"made by tooling/oracles/formats_models.py with torch {torch.__version__}", "shape": shape}
    training = torch.onnx.TrainingMode
    kinds = {
        "folded": {},
        "with batch norm": {"training": training.PRESERVE, "do_constant_folding": False},
        "for training": {"training": training.TRAINING, "do_constant_folding": False},
        "of any batch": {"dynamic_axes": {"image": {0: "batch"}}},
    }
    for kind, options in kinds.items():
        buffer = io.BytesIO()
        outputs = export_torch(network, buffer, shape, dynamo=False, opset_version=17, **options)
        content[kind] = {"file": packed(buffer.getvalue()), "outputs": outputs}
    halves = in_float16(gzip.decompress(base64.b64decode(content["folded"]["file"])))
    content["in float16"] = {"file": packed(halves), "outputs": content["folded"]["outputs"]}
    return content


def small_keras_network():
    """A module, odd names, a batch norm without gamma, one without beta, layers of every kind that such networks have; two outputs."""
    from keras import layers, Model

    image = layers.Input((27, 30, 3), name="_image.1")
    x = layers.Rescaling(1 / 127.5, offset=-1, name="_rescaling")(image)
    x = layers.ZeroPadding2D(3, name="pad>3")(x)
    x = layers.Conv2D(8, 7, strides=2, use_bias=False, name="_conv1")(x)
    x = layers.BatchNormalization(scale=False, name="conv1.bn")(x)
    x = layers.ReLU(name="conv1")(x)
    x = layers.MaxPooling2D(3, 2, padding="same", name="pool>1")(x)
    branches = [
        layers.Conv2D(4, 1, padding="same", activation="relu", name="conv2d_2")(x),
        layers.Conv2D(6, 3, padding="same", activation="relu", name="conv2d_1")(layers.Conv2D(4, 1, activation="relu", name="conv2d_b")(x)),
        layers.DepthwiseConv2D(5, padding="same", activation="relu", name="a.b")(layers.Conv2D(2, 1, activation="relu", name="reduce")(x)),
        layers.Conv2D(3, 1, padding="same", name="conv2d")(layers.MaxPooling2D(3, strides=1, padding="same")(x)),
    ]
    x = layers.Concatenate(name="mixed-0")(branches)
    x = layers.BatchNormalization(center=False)(x)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    aux = layers.Dense(5, activation="softmax", name="aux")(layers.Flatten()(layers.AveragePooling2D(3, 2)(x)))
    x = layers.Dropout(0.4)(layers.GlobalAveragePooling2D()(x))
    return disturbed_keras(Model(image, [layers.Dense(5, activation="softmax", name="predictions")(x), aux], name="small"))


def sequential_keras_network():
    from keras import layers, Sequential

    return disturbed_keras(
        Sequential(
            [
                layers.Input((12, 12, 1)),
                layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"),
                layers.MaxPooling2D(),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(5),
                layers.Softmax(),
            ]
        )
    )


def nested_keras_network():
    """A feature extractor as one layer, as in transfer learning."""
    from keras import layers, Model, Sequential

    image = layers.Input((12, 12, 3))
    y = layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    base = Model(image, layers.BatchNormalization(name="bn")(y), name="base")
    return disturbed_keras(Sequential([layers.Input((12, 12, 3)), base, layers.GlobalAveragePooling2D(), layers.Dense(5, name="conv")]))


def disturbed_keras(model):
    generator = np.random.default_rng(5)
    for weight in model.weights:
        value = generator.uniform(-0.4, 0.4, weight.shape)
        weight.assign(np.abs(value) + 0.5 if weight.path.endswith("variance") else value)
    return model


KERAS_NETWORKS = {"small": small_keras_network, "sequential": sequential_keras_network, "nested": nested_keras_network}


def keras_models(ending):
    import keras

    content = {"source": f"made by tooling/oracles/formats_models.py with Keras {keras.__version__}"}
    for kind, make in KERAS_NETWORKS.items():
        keras.utils.set_random_seed(1)
        keras.backend.clear_session()
        network = make()
        shape = [2, *network.input_shape[1:]]
        outputs = network.predict_on_batch(images("images", shape))
        entry = {"shape": shape, "outputs": [np.asarray(value).tolist() for value in (outputs if isinstance(outputs, list) else [outputs])]}
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"model.{ending}"
            network.save(path)
            entry["file"] = packed(path.read_bytes())
        content[kind] = entry
    return content


if __name__ == "__main__":
    for name, make in {"onnx_models": onnx_models, "keras_h5": lambda: keras_models("h5"), "keras_v3": lambda: keras_models("keras")}.items():
        target = TARGET / f"{name}.json"
        target.write_text(json.dumps(make()) + "\n")
        print(target.name, target.stat().st_size, "bytes")
