// @jax-js/jax on the MNIST variant: WebAssembly, jit. Prints one JSON line.
// It is not a dependency: npm install --no-save @jax-js/jax
import process from 'node:process';
import { CLASSES, MODULES, STEM, measure, readArguments, scaled } from './network.mjs';

const options = readArguments();
const { task, width, batch } = options;

globalThis.navigator ??= {}; // Node 20 has none, and the library asks it for a GPU
const {
  init,
  defaultDevice,
  jit,
  lax,
  nn,
  numpy: np,
  random,
  valueAndGrad,
} = await import(process.env.JAX_JS ?? '@jax-js/jax');
await init('wasm');
defaultDevice('wasm');

const EPSILON = 1e-3;
const RATE = 1e-3;
const training = task === 'train';
let key = 0;
const shapes = [];

/** Convolution, batch norm, ReLU; the weights of unit `i` are taken from the list. NCHW. */
function unit(x, weights, size, filters, inputs) {
  if (!x) return void shapes.push([filters, inputs, size, size], [filters], [filters]);
  const [kernel, gamma, beta] = weights.splice(0, 3);
  let z = lax.conv(x, kernel, [1, 1], 'SAME');
  if (training) {
    const mean = np.mean(z.ref, [0, 2, 3], { keepdims: true });
    z = z.sub(mean);
    const variance = np.mean(np.square(z.ref), [0, 2, 3], { keepdims: true });
    z = z.div(np.sqrt(variance.add(EPSILON)));
  }
  return nn.relu(z.mul(gamma.reshape([1, filters, 1, 1])).add(beta.reshape([1, filters, 1, 1])));
}

/** 3x3 max pooling, `same`; its input is not negative, so that zeros may pad it. */
function pool(x, stride) {
  if (!x) return undefined;
  const odd = x.shape[2] % 2 === 1;
  const padding = stride === 1 || odd ? [1, 1] : [0, 1];
  const padded = np.pad(x, [[0, 0], [0, 0], padding, padding]);
  return lax.reduceWindow(padded, (window) => np.max(window), [3, 3], [stride, stride]);
}

function inception(x, weights, inputs, [conv1, reduce3, conv3, reduce5, conv5, projection]) {
  const again = () => x?.ref;
  const branches = [
    unit(again(), weights, 1, conv1, inputs),
    unit(unit(again(), weights, 1, reduce3, inputs), weights, 3, conv3, reduce3),
    unit(
      unit(unit(again(), weights, 1, reduce5, inputs), weights, 3, conv5, reduce5),
      weights,
      3,
      conv5,
      conv5,
    ),
    unit(pool(x, 1), weights, 1, projection, inputs),
  ];
  return x && np.concatenate(branches, 1);
}

/** The logits, or, without an image, only the shapes of the weights. */
function network(images, weights) {
  let channels = scaled(STEM, width);
  let x = unit(images, weights, 3, channels, 1);
  for (const module of MODULES) {
    if (module === 'pool') {
      x = pool(x, 2);
      continue;
    }
    const filters = module.map((c) => scaled(c, width));
    x = inception(x, weights, channels, filters);
    channels = filters[0] + filters[2] + filters[4] + filters[5];
  }
  if (!x) shapes.push([channels, CLASSES]);
  return x && np.dot(np.mean(x, [2, 3]), weights[0]);
}

network(undefined, []);
const weights = shapes.map((shape) =>
  shape.length === 1
    ? np.ones(shape)
    : random.normal(random.key(key++), shape).mul(Math.sqrt(2 / shape.slice(1).reduce((a, b) => a * b))),
);
const images = random.uniform(random.key(key++), [batch, 1, 28, 28]);
const labels = nn.oneHot(
  np.array(
    Array.from({ length: batch }, (_, i) => i % CLASSES),
    { dtype: np.int32 },
  ),
  CLASSES,
);

const loss = (list, x, y) => np.mean(np.sum(nn.logSoftmax(network(x, [...list])).mul(y), -1)).neg();
const gradients = jit((list, x, y) => valueAndGrad(loss)(list, x, y));
const update = jit((parameter, gradient, m, v) => {
  const first = m.mul(0.9).add(gradient.ref.mul(0.1));
  const second = v.mul(0.999).add(np.square(gradient).mul(0.001));
  return [parameter.sub(first.ref.mul(RATE).div(np.sqrt(second.ref).add(1e-7))), first, second];
});
const forward = jit((list, x) => network(x, [...list]));

const moments = weights.map((w) => [np.zeros(w.shape), np.zeros(w.shape)]);
async function step() {
  if (!training)
    return forward(
      weights.map((w) => w.ref),
      images.ref,
    ).data();
  const [value, all] = gradients(
    weights.map((w) => w.ref),
    images.ref,
    labels.ref,
  );
  all.forEach((gradient, i) => {
    const [w, m, v] = update(weights[i], gradient, ...moments[i]);
    weights[i] = w;
    moments[i] = [m, v];
  });
  return value.data();
}

await measure(step, options, 'jax-js');
