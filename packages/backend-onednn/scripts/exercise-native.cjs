// Calls every function of the add-on that a training step uses, on small tensors: what the sanitizers and valgrind watch.
// Usage: node exercise-native.cjs PATH_TO_ADDON
const addon = require(process.argv[2]);

addon.setThreads(2);
const floats = (length) => {
  const values = new Float32Array(addon.allocate(Math.max(64, length * 4)), 0, length);
  for (let i = 0; i < length; i++) values[i] = Math.sin(i * 12.9898) / 2;
  return values;
};

// conv2d, its gradients, pools: [batch, height, width, channels] = [2, 9, 7, 5], 3x3, stride 2, same
const shape = Int32Array.of(2, 9, 7, 5, 3, 3, 6, 2, 2, 1, 1, 1, 1, 5, 4);
const [x, filter, dy] = [floats(630), floats(270), floats(240)];
addon.conv2d(shape, x, filter, floats(6), floats(240), 1, null);
addon.conv2dBackpropInput(shape, dy, filter, floats(630));
addon.conv2dBackpropFilter(shape, x, dy, floats(270));
const pool = Int32Array.of(2, 9, 7, 5, 3, 3, 2, 2, 1, 1, 5, 4);
addon.maxPool(pool, x, floats(200));
addon.maxPoolGrad(pool, x, floats(200), floats(630));
addon.avgPool(pool, x, floats(200));
addon.avgPoolGrad(pool, floats(200), floats(630));

addon.batchNormTrain(
  Int32Array.of(126, 5),
  x,
  floats(5),
  floats(5),
  floats(630),
  floats(5),
  floats(5),
  1e-3,
  1,
);
const channels = [1, 2, 3, 4].map(() => floats(5));
channels[3].fill(1);
addon.batchNormTrainGrad(
  Int32Array.of(126, 5),
  floats(630),
  x,
  channels,
  floats(630),
  floats(5),
  floats(5),
  1e-3,
  1,
);
addon.scaleShift(Int32Array.of(126, 5), x, floats(5), floats(5), floats(630), 1);
addon.binary(2, Int32Array.of(126, 5, 5, 1, 0, 1), x, floats(5), floats(630));
for (let operation = 0; operation < 16; operation++) addon.unary(operation, x, floats(630), 0.1, 0.9);
for (let operation = 0; operation < 3; operation++) addon.reduce(operation, x, floats(90), 18, 7, 5);
addon.softmax(x, floats(630), 126, 5);
addon.copyRows(x, floats(252), Float64Array.of(126, 2, 1, 5, 0, 2));
addon.matMul(Int32Array.of(1, 2, 7, 9, 5), floats(63), floats(90), floats(70), 0, 1);

// whole modules: [1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj]; reduced and naive, odd and round channel counts
const bf16 = addon.info().bf16 ? [0, 1] : [0];
for (const filters of [
  [3, 5, 7, 2, 9, 4],
  [16, 16, 32, 16, 32, 16],
])
  for (const naive of [0, 1])
    for (const half of bf16) {
      const [n, h, w, c] = [2, 6, 5, 16];
      const [a, r3, b, r5, d, p] = filters;
      const outputs = a + b + d + (naive ? c : p);
      // Kernel, inputs, outputs, what it reads (-1 the input, -2 the pooled one), and its first channel in the output (-1: it is read).
      const units = naive
        ? [
            [1, c, a, -1, 0],
            [3, c, b, -1, a],
            [5, c, d, -1, -1],
            [5, d, d, 2, a + b],
          ]
        : [
            [1, c, a, -1, 0],
            [1, c, r3, -1, -1],
            [3, r3, b, 1, a],
            [1, c, r5, -1, -1],
            [5, r5, d, 3, -1],
            [5, d, d, 4, a + b],
            [1, c, p, -2, a + b + d],
          ];
      const plan = [
        Int32Array.of(n, h, w, c, outputs, naive ? a + b + d : -1, 1, half),
        Int32Array.from(units.flat()),
      ];
      const triples = () => units.flatMap(([k, i, o]) => [floats(k * k * i * o), floats(o), floats(o)]);
      const statistics = units.flatMap(([, , o]) => [floats(o), floats(o)]);
      const saved = floats(addon.inceptionSize(...plan));
      const [input, y] = [floats(n * h * w * c), floats(n * h * w * outputs)];
      const weights = triples();
      const gradients = triples();
      addon.inceptionTrain(...plan, 1e-3, input, weights, y, statistics, saved);
      addon.inceptionTrainGrad(
        ...plan,
        1e-3,
        input,
        y,
        weights,
        statistics,
        saved,
        floats(input.length),
        gradients,
      );
      const length = half ? 0 : addon.inferenceSize(...plan);
      if (length > 0) {
        const packed = floats(length);
        const [filters, , biases] = [0, 1, 2].map((first) => weights.filter((_, i) => i % 3 === first));
        for (const list of [biases, []]) {
          addon.inferencePack(...plan, filters, list, packed);
          addon.inference(...plan, input, packed, y);
        }
      }
      const [m, v] = [weights, weights].map((list) => list.map((t) => floats(t.length).fill(0)));
      const each = Float64Array.from(weights, () => 0.01);
      addon.adamStep(weights, gradients, m, v, each, each, Float64Array.of(0.9, 0.999, 1e-7, 1, 1));
      addon.sgdStep(weights, gradients, m, each, each, Float64Array.of(0.9, 1));
      addon.emaStep(weights, m, 0.99);
    }
addon.trimScratch();
process.stdout.write(`exercised: ${JSON.stringify(addon.info())}\n`);
