import { isObject } from '@googlenet-tooling/shared/checks';

/** `model.json` nests a few levels for each nested model; TensorFlow.js recurses over it. */
const MAX_DEPTH = 100;

/**
 * Checks the graph of a saved model before TensorFlow.js walks it: every input of a layer must exist, every layer has one name, and no layer may
 * feed itself. Where a call never gets its inputs TensorFlow.js waits for ever.
 *
 * @param topology - `modelTopology` of a `model.json`.
 * @returns what is wrong, or undefined.
 */
export function topologyProblem(topology: unknown): string | undefined {
  if (!isObject(topology)) return undefined;
  const deep = depthProblem(topology);
  if (deep !== undefined) return deep;
  const pending: unknown[] = [topology];
  while (pending.length > 0) {
    const model = pending.pop();
    if (!isObject(model)) continue;
    if (isObject(model.model_config)) pending.push(model.model_config);
    const { layers } = isObject(model.config) ? model.config : { layers: model.config };
    if (!Array.isArray(layers)) continue;
    for (const layer of layers as unknown[]) pending.push(layer);
    if (layers.some((layer) => isObject(layer) && Array.isArray(layer.inbound_nodes))) {
      const problem = graphProblem(layers as unknown[]);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

/** The calls of layers as a graph: call i of a layer has edges to the calls that it takes its inputs from. */
function graphProblem(layers: readonly unknown[]): string | undefined {
  const calls = new Map<string, number>();
  const edges = new Map<string, string[]>();
  for (const layer of layers) {
    if (!isObject(layer)) return 'a layer that is no object';
    const { name, config } = layer;
    if (typeof name !== 'string') return 'a layer without a name';
    const other = isObject(config) ? config.name : undefined;
    if (other !== undefined && other !== name)
      return `layer ${JSON.stringify(name)} with the name ${JSON.stringify(other)} in its config`;
    const nodes = Array.isArray(layer.inbound_nodes) ? (layer.inbound_nodes as unknown[]) : [];
    if (!nodes.every(isCall))
      return `layer ${JSON.stringify(name)} with inputs that are not [name, call, output]`;
    if (calls.has(name)) return `two layers of the name ${JSON.stringify(name)}`;
    // An input layer has one output and no inbound nodes; any other layer without them is never called.
    calls.set(name, Math.max(layer.class_name === 'InputLayer' ? 1 : 0, nodes.length));
    nodes.forEach((node, i) => edges.set(`${name}/${i}`, inputsOf(node)));
  }
  for (const [call, inputs] of edges) {
    for (const input of inputs) {
      const [, name = '', index = ''] = /^(.*)\/(\d+)$/s.exec(input) ?? [];
      if (Number(index) >= (calls.get(name) ?? 0))
        return `layer ${JSON.stringify(call.replace(/\/\d+$/, ''))} with the input ${JSON.stringify(name)}, which is not there`;
    }
  }
  return circleIn(edges);
}

/** Takes away, again and again, what needs nothing that is left; what stays is a circle. */
function circleIn(edges: ReadonlyMap<string, readonly string[]>): string | undefined {
  const waiting = new Map(
    [...edges].map(([call, inputs]) => [call, inputs.filter((one) => edges.has(one)).length]),
  );
  const users = new Map([...edges.keys()].map((call): [string, string[]] => [call, []]));
  for (const [call, inputs] of edges) for (const input of inputs) users.get(input)?.push(call);
  const ready = [...waiting].filter(([, count]) => count === 0).map(([call]) => call);
  for (let call = ready.pop(); call !== undefined; call = ready.pop()) {
    waiting.delete(call);
    for (const user of users.get(call) ?? []) {
      const left = (waiting.get(user) ?? 0) - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  const [first] = waiting.keys();
  return first === undefined
    ? undefined
    : `a circle of layers through ${JSON.stringify(first.replace(/\/\d+$/, ''))}`;
}

/** Of Keras 2: `[[name, call, output, options], ...]`; what is no list TensorFlow.js refuses by itself. */
function isCall(node: unknown): boolean {
  const isIndex = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
  return (
    !Array.isArray(node) ||
    (node.length > 0 &&
      (node as unknown[]).every(
        (entry) =>
          Array.isArray(entry) && typeof entry[0] === 'string' && isIndex(entry[1]) && isIndex(entry[2]),
      ))
  );
}

function inputsOf(node: unknown): string[] {
  return Array.isArray(node)
    ? (node as [string, number][]).map(([name, call]) => `${name}/${String(call)}`)
    : [];
}

function depthProblem(value: object): string | undefined {
  let level: object[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return `more than ${MAX_DEPTH} levels`;
    const below: object[] = [];
    for (const one of level) {
      for (const inner of Object.values(one) as unknown[]) {
        if (typeof inner === 'object' && inner !== null) below.push(inner);
      }
    }
    level = below;
  }
  return undefined;
}
