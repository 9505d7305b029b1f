// Prints what the add-on at argv[2] computes, at the level of $GOOGLENET_ONEDNN_LEVEL: JSON of { instructionSet, outputs }.
// A process of its own, because a level is chosen once. Odd sizes, so that every remainder of every vector width occurs.
const addon = require(process.argv[2]);
addon.setThreads(2);
let seed = 1;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 4294967296 - 0.5;
};
const values = (length) => {
  const all = new Float32Array(addon.allocate(Math.max(64, length * 4)), 0, length);
  return all.map(random);
};
const outputs = {};
const keep = (name, array) => {
  outputs[name] = Array.from(array);
};

for (const [images, side, inputs, filters, size] of [
  [5, 14, 17, 37, 3],
  [6, 13, 21, 19, 5],
  [3, 19, 32, 48, 3],
  [5, 14, 18, 37, 1],
]) {
  const shape = Int32Array.of(
    images,
    side,
    side,
    inputs,
    size,
    size,
    filters,
    1,
    1,
    1,
    1,
    size >> 1,
    size >> 1,
    side,
    side,
  );
  const [x, filter, bias] = [
    values(images * side * side * inputs),
    values(size * size * inputs * filters),
    values(filters),
  ];
  const [y, dx, dfilter] = [values(images * side * side * filters), values(x.length), values(filter.length)];
  const name = `${size}x${size} ${inputs}->${filters}`;
  addon.conv2dBackpropInput(shape, y, filter, dx);
  addon.conv2dBackpropFilter(shape, x, y, dfilter);
  keep(`${name} input gradient`, dx);
  keep(`${name} filter gradient`, dfilter);
  addon.conv2d(shape, x, filter, bias, y, 1, null);
  keep(name, y);
}

const x = values(2 * 9 * 7 * 21);
const pool = Int32Array.of(2, 9, 7, 21, 3, 3, 2, 2, 1, 1, 5, 4);
const [largest, average, dx] = [values(840), values(840), values(x.length)];
addon.maxPool(pool, x, largest);
addon.maxPoolGrad(pool, x, largest, dx);
keep('max pool', largest);
keep('max pool gradient', dx);
addon.avgPool(pool, x, average);
addon.avgPoolGrad(pool, average, dx);
keep('average pool', average);
keep('average pool gradient', dx);

const channels = [values(21), values(21)];
const [y, mean, variance] = [values(x.length), values(21), values(21)];
addon.batchNormTrain(Int32Array.of(126, 21), x, channels[0], channels[1], y, mean, variance, 1e-3, 1);
keep('batch norm', y);
const [dgamma, dbeta] = [values(21), values(21)];
addon.batchNormTrainGrad(
  Int32Array.of(126, 21),
  values(x.length),
  x,
  [...channels, mean, variance],
  dx,
  dgamma,
  dbeta,
  1e-3,
  1,
);
keep('batch norm gradient', [...dx, ...dgamma, ...dbeta]);
const softmax = values(x.length);
addon.softmax(x, softmax, 126, 21);
keep('softmax', softmax);

for (const [name, nearest, alignCorners, halfPixelCenters] of [
  ['bilinear', 0, 1, 0],
  ['bilinear, half-pixel centres', 0, 0, 1],
  ['nearest', 1, 0, 0],
]) {
  const shape = Int32Array.of(2, 9, 7, 21, 13, 5, alignCorners, halfPixelCenters, nearest);
  const resized = values(2 * 13 * 5 * 21);
  addon.resizeGradient(shape, resized, dx);
  keep(`resizing gradient, ${name}`, dx);
  if (nearest) continue;
  addon.resizeBilinear(shape, x, resized);
  keep(`resizing, ${name}`, resized);
}

const points = Int32Array.of(4, 10, 6, 3, 1, 1, 20, 2, 2, 1, 1, 0, 0, 5, 3);
const strided = values(60);
addon.conv2dBackpropFilter(points, values(4 * 60 * 3), values(4 * 15 * 20), strided);
keep('strided 1x1 filter gradient', strided);

process.stdout.write(JSON.stringify({ instructionSet: addon.info().instructionSet, outputs }));
