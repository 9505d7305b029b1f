import { topologyProblem } from './check-topology';

const graph = (dense: object) => ({
  class_name: 'Model',
  config: {
    layers: [
      { class_name: 'InputLayer', name: 'in', config: {}, inbound_nodes: [] },
      { class_name: 'Dense', name: 'dense', config: {}, ...dense },
      { class_name: 'Softmax', name: 'out', config: {}, inbound_nodes: [[['dense', 0, 0, {}]]] },
    ],
  },
});

describe('the graph of a saved model', () => {
  it('passes where every layer is called', () => {
    expect(topologyProblem(graph({ inbound_nodes: [[['in', 0, 0, {}]]] }))).toBeUndefined();
  });

  it.each([{ inbound_nodes: [] }, { inbound_nodds: [[['in', 0, 0, {}]]] }])(
    'is refused where a layer that others need is never called, for which TensorFlow.js waits for ever: %j',
    (dense) => {
      expect(topologyProblem(graph(dense))).toMatch(/layer "out" with the input "dense", which is not there/);
    },
  );
});
