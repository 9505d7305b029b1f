// The MNIST variant, batch norm folded, as an ONNX model with random weights: a protobuf writer of the few fields it takes.
// Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
import { CLASSES, MODULES, STEM, scaled as scaledBy } from './network.mjs';

const varint = (value) => {
  const bytes = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    const more = rest > 127n;
    bytes.push(Number(rest & 127n) | (more ? 128 : 0));
    if (!more) return Buffer.from(bytes);
  }
};
const integer = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
const bytes = (field, value) => {
  const content = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
};
const message = (...fields) => Buffer.concat(fields);

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;
const attribute = (name, value) =>
  Array.isArray(value)
    ? message(bytes(1, name), ...value.map((v) => integer(8, v)), integer(20, ATTRIBUTE_INTS))
    : message(bytes(1, name), integer(3, value), integer(20, ATTRIBUTE_INT));

const FLOAT = 1;
const valueInfo = (name, shape) => {
  const dimensions = shape.map((size) => bytes(1, integer(1, size)));
  return message(
    bytes(1, name),
    bytes(2, bytes(1, message(integer(1, FLOAT), bytes(2, message(...dimensions))))),
  );
};

/** @returns {Buffer} the model; input `images` [batch, 1, 28, 28], output `scores` [batch, 10] */
export function onnxModel(width, batch) {
  const scaled = (channels) => scaledBy(channels, width);
  const nodes = [];
  const weights = [];
  let names = 0;

  const node = (type, inputs, attributes = {}, output = `t${names++}`) => {
    const list = Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value)));
    nodes.push(message(...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, type), ...list));
    return output;
  };
  const weight = (shape) => {
    const name = `w${names++}`;
    const size = shape.reduce((a, b) => a * b);
    const values = Float32Array.from(
      { length: size },
      (_, i) => Math.sin(i * 12.9898) * Math.sqrt(6 / (size / shape[0] + 1)),
    );
    weights.push(
      message(
        ...shape.map((n) => integer(1, n)),
        integer(2, FLOAT),
        bytes(8, name),
        bytes(9, Buffer.from(values.buffer)),
      ),
    );
    return name;
  };
  const unit = (x, inputs, outputs, size) => {
    const pads = Array.from({ length: 4 }, () => (size - 1) / 2);
    const y = node('Conv', [x, weight([outputs, inputs, size, size]), weight([outputs])], {
      kernel_shape: [size, size],
      pads,
    });
    return node('Relu', [y]);
  };
  const pool = (x, stride) => {
    const attributes = {
      kernel_shape: [3, 3],
      strides: [stride, stride],
      pads: stride === 1 ? [1, 1, 1, 1] : [0, 0, 1, 1],
    };
    return node('MaxPool', [x], attributes);
  };

  let channels = scaled(STEM);
  let x = unit('images', 1, channels, 3);
  for (const module of MODULES) {
    if (module === 'pool') {
      x = pool(x, 2);
      continue;
    }
    const [conv1, reduce3, conv3, reduce5, conv5, projection] = module.map(scaled);
    const branches = [
      unit(x, channels, conv1, 1),
      unit(unit(x, channels, reduce3, 1), reduce3, conv3, 3),
      unit(unit(unit(x, channels, reduce5, 1), reduce5, conv5, 3), conv5, conv5, 3),
      unit(pool(x, 1), channels, projection, 1),
    ];
    x = node('Concat', branches, { axis: 1 });
    channels = conv1 + conv3 + conv5 + projection;
  }
  x = node('Flatten', [node('GlobalAveragePool', [x])], { axis: 1 });
  const logits = node('Gemm', [x, weight([channels, CLASSES]), weight([CLASSES])]);
  node('Softmax', [logits], { axis: 1 }, 'scores');

  const graph = message(
    ...nodes.map((n) => bytes(1, n)),
    bytes(2, 'googlenet'),
    ...weights.map((w) => bytes(5, w)),
    bytes(11, valueInfo('images', [batch, 1, 28, 28])),
    bytes(12, valueInfo('scores', [batch, CLASSES])),
  );
  return message(integer(1, 8), bytes(7, graph), bytes(8, integer(2, 13)));
}
