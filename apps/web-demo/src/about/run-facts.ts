import { isObject } from '@googlenet-tooling/shared/checks';
import { count, percent, widthName } from '../ui/format';

/** One line of the card: what it is, and its value. */
export type Fact = [name: string, value: string];

/** What the record beside the shipped network tells of it. */
export interface RunFacts {
  /** The part of the paper's filters, in words: `a quarter`, or as a number. */
  width: string | undefined;
  facts: Fact[];
  /** The commit that trained it. */
  commit: string | undefined;
}

/**
 * Reads the record of a run (`run.json`). Whatever it lacks is left out: a line is shown with its number or not at all.
 *
 * @param record - the parsed file
 */
export function readRunFacts(record: unknown): RunFacts {
  const text = (...path: string[]) => typed<string>(record, path, 'string');
  const number = (...path: string[]) => typed<number>(record, path, 'number');
  const width = number('config', 'model', 'widthMultiplier');
  const accuracy = number('testAccuracy');
  const shownEpoch = epochOfWeights(record);
  const learningRate = number('config', 'training', 'schedule', 'learningRate');
  const images = number('images', 'training');
  const facts: (Fact | undefined)[] = [
    fact('Test accuracy', accuracy, (value) => {
      const size = number('images', 'test');
      return `${percent(value, 2)}${size ? ` of ${count(size)} digits` : ''}`;
    }),
    fact('Weights', shownEpoch?.accuracy, (value) => {
      const size = number('images', 'validation');
      return `of epoch ${shownEpoch?.epoch}, ${percent(value, 2)}${size ? ` of ${count(size)} other digits` : ''} right`;
    }),
    fact('Trained on', images, (value) => {
      const epochs = number('epochs') ?? number('config', 'training', 'epochs');
      return `${count(value)} digits of MNIST${epochs ? `, ${epochs} ${epochs === 1 ? 'time' : 'times'}` : ''}`;
    }),
    fact('Recipe', text('config', 'training', 'optimizer', 'kind'), (kind) =>
      [
        OPTIMIZERS[kind] ?? kind,
        ...(learningRate ? [`learning rate ${learningRate}`] : []),
        ...list(number('config', 'training', 'batchSize'), (size) => `batches of ${size}`),
        ...list(number('config', 'training', 'ema', 'decay'), () => 'averaged weights'),
        ...(isObject(at(record, ['config', 'training', 'augment'])) ? ['digits shifted and bent'] : []),
      ].join(', '),
    ),
    fact('Seed', number('seed'), String),
    fact('Engine', text('engine', 'name'), (name) => {
      const node = text('versions', 'node');
      return `${name}${node ? `, Node ${node}` : ''}`;
    }),
  ];
  return {
    width: width === undefined ? undefined : (IN_WORDS[width] ?? widthName(width)),
    facts: facts.flatMap((line) => (line ? [line] : [])),
    commit: text('commit'),
  };
}

/** The epoch that the weights are of: the best one where they were taken back, else the last. */
function epochOfWeights(record: unknown): { epoch: number; accuracy: number } | undefined {
  const history = at(record, ['history']);
  if (!Array.isArray(history)) return undefined;
  const best = typed<number>(record, ['validation', 'best', 'epoch'], 'number');
  const isBest = at(record, ['validation', 'weights']) === 'best';
  const found: unknown = isBest ? history.find((one) => at(one, ['epoch']) === best) : history.at(-1);
  const epoch = typed<number>(found, ['epoch'], 'number');
  const accuracy = typed<number>(found, ['validation', 'accuracy'], 'number');
  return epoch === undefined || accuracy === undefined ? undefined : { epoch, accuracy };
}

const OPTIMIZERS: Record<string, string> = { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' };
const IN_WORDS: Record<number, string> = { 1: 'all', 0.5: 'half', 0.25: 'a quarter', 0.125: 'an eighth' };

function fact<T>(name: string, value: T | undefined, show: (value: T) => string): Fact | undefined {
  return value === undefined ? undefined : [name, show(value)];
}

function list<T>(value: T | undefined, show: (value: T) => string): string[] {
  return value === undefined ? [] : [show(value)];
}

function at(record: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), record);
}

function typed<T>(record: unknown, path: readonly string[], type: 'string' | 'number'): T | undefined {
  const value = at(record, path);
  return typeof value === type ? (value as T) : undefined;
}
