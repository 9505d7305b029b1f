import { topologyProblem } from './check-topology';

/** A layer of Keras 2's `model_config` that takes the first output of each input. */
const layer = (name: string, ...inputs: string[]) => ({
  class_name: inputs.length === 0 ? 'InputLayer' : 'Dense',
  name,
  config: { name },
  inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
});

const topology = (layers: unknown[]) => ({ model_config: { class_name: 'Model', config: { layers } } });

it('finds nothing wrong with a graph of layers', () => {
  expect(topologyProblem(topology([layer('x'), layer('a', 'x'), layer('b', 'a', 'x')]))).toBeUndefined();
});

it.each([
  ['a circle', [layer('x'), layer('a', 'x', 'b'), layer('b', 'a')], 'a circle of layers through "a"'],
  ['a layer on itself', [layer('a', 'a')], 'a circle of layers through "a"'],
  ['an input that is not there', [layer('a', 'y')], 'layer "a" with the input "y", which is not there'],
  ['one name twice', [layer('x'), layer('x')], 'two layers of the name "x"'],
  ['a layer without a name', [layer('x'), { ...layer('a', 'x'), name: undefined }], 'a layer without a name'],
  [
    'a layer of two names',
    [layer('x'), { ...layer('a', 'x'), config: { name: 'b' } }],
    'layer "a" with the name "b" in its config',
  ],
  [
    'an input without a name',
    [layer('x'), { ...layer('a', 'x'), inbound_nodes: [[[7, 0, 0, {}]]] }],
    'layer "a" with inputs that are not [name, call, output]',
  ],
  [
    'a call of nothing',
    [layer('x'), { ...layer('a', 'x'), inbound_nodes: [[]] }],
    'layer "a" with inputs that are not [name, call, output]',
  ],
  ['a layer that is none', [layer('x'), layer('a', 'x'), 7], 'a layer that is no object'],
])('names %s', (_, layers, problem) => {
  expect(topologyProblem(topology(layers))).toBe(problem);
});

it('reads 200,000 layers on one in time that grows with their number', () => {
  const many = Array.from({ length: 200_000 }, (_, i) => layer(`a${i}`, 'x'));
  // Copying the list of those who use x for each of them moves 20 thousand million names, and a call with all layers as arguments has no
  // room for them.
  expect(topologyProblem(topology([layer('x'), ...many]))).toBeUndefined();
});
