import { show } from '@googlenet-tooling/shared/show';
import { FormatError } from '../errors';

/*
 * A reader of Python's pickles that runs nothing: it builds dictionaries, lists, tuples, numbers and text, and calls only the functions of an
 * allow-list that its caller gives. Memory grows with the bytes read, whatever they say.
 * @see CPython, Lib/pickletools.py for the opcodes
 */

/** A name that a pickle refers to, `module name`. */
export class PickleGlobal {
  constructor(readonly path: string) {}
}

/** What a pickle may hold after reading. Dictionaries are maps; tuples and lists are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | PickleGlobal
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | object;

export interface PickleOptions {
  /** Whether a name may be referred to. */
  isAllowed: (path: string) => boolean;
  /** What a call of an allowed name gives. */
  call: (path: string, args: readonly PickleValue[]) => PickleValue;
  /** What a persistent id stands for. */
  load?: (id: PickleValue) => PickleValue;
}

const WHERE = 'readPickle';
const MARK = Symbol('mark');
const MAX_MEMO = 1_000_000;

const malformed = (what: string) =>
  new FormatError('MALFORMED', `${WHERE}: expected a pickle, got ${what}. Get the file again.`);

/**
 * Reads one pickle.
 *
 * @param bytes - may go on after the pickle.
 * @returns the value, and the index after its last byte.
 * @throws {FormatError} `TRUNCATED`, `MALFORMED`, `TOO_LARGE`, or `UNSUPPORTED` for names and opcodes outside the list; nothing of the
 * file is executed.
 */
export function readPickle(
  bytes: Uint8Array,
  options: PickleOptions,
  start = 0,
): { value: PickleValue; end: number } {
  return new Reader(bytes, options, start).run();
}

type Slot = PickleValue | typeof MARK;

class Reader {
  private readonly view: DataView;
  private readonly stack: Slot[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    private readonly bytes: Uint8Array,
    private readonly options: PickleOptions,
    private at: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): { value: PickleValue; end: number } {
    for (;;) {
      const at = this.at;
      const code = this.view.getUint8(this.take(1));
      const opcode = code < 128 ? String.fromCharCode(code) : code;
      if (opcode === '.') return { value: this.pop(), end: this.at };
      this.step(opcode, at);
    }
  }

  private step(opcode: string | number, at: number): void {
    const { view } = this;
    switch (opcode) {
      case 0x80: // PROTO
        if (view.getUint8(this.take(1)) > 5) throw malformed('a protocol later than 5');
        return;
      case 0x95: // FRAME
        this.take(8);
        return;
      case '(':
        this.stack.push(MARK);
        return;
      case '0':
        if (this.stack.length === 0) throw malformed('an empty stack');
        this.stack.pop();
        return;
      case '1':
        this.popMark();
        return;
      case '2': {
        const top = this.pop();
        this.stack.push(top, top);
        return;
      }
      case 'N':
        return this.push(null);
      case 0x88:
        return this.push(true);
      case 0x89:
        return this.push(false);
      case 'J':
        return this.push(view.getInt32(this.take(4), true));
      case 'K':
        return this.push(view.getUint8(this.take(1)));
      case 'M':
        return this.push(view.getUint16(this.take(2), true));
      case 'G':
        return this.push(view.getFloat64(this.take(8)));
      case 0x8a:
        return this.push(this.long(view.getUint8(this.take(1))));
      case 'X':
      case 'T':
        return this.push(this.text(view.getUint32(this.take(4), true)));
      case 'U':
      case 0x8c:
        return this.push(this.text(view.getUint8(this.take(1))));
      case 0x8d:
        return this.push(this.text(Number(view.getBigUint64(this.take(8), true))));
      case '}':
        return this.push(new Map());
      case ']':
      case ')':
        return this.push([]);
      case 't':
      case 'l':
        return this.push(this.popMark());
      case 'd':
        return this.push(setItems(new Map(), this.popMark()));
      case 0x85:
      case 0x86:
      case 0x87: {
        const items = Array.from({ length: opcode - 0x84 }, () => this.pop()).reverse();
        return this.push(items);
      }
      case 'a': {
        const item = this.pop();
        this.list().push(item);
        return;
      }
      case 'e': {
        const items = this.popMark();
        const list = this.list();
        for (const item of items) list.push(item);
        return;
      }
      case 's': {
        const value = this.pop();
        const key = this.pop();
        setItems(this.dictionary(), [key, value]);
        return;
      }
      case 'u': {
        const items = this.popMark();
        setItems(this.dictionary(), items);
        return;
      }
      case 'q':
        return this.remember(view.getUint8(this.take(1)));
      case 'r':
        return this.remember(view.getUint32(this.take(4), true));
      case 0x94:
        return this.remember(this.memo.size);
      case 'h':
        return this.push(this.recall(view.getUint8(this.take(1))));
      case 'j':
        return this.push(this.recall(view.getUint32(this.take(4), true)));
      case 'c':
        return this.push(this.global(this.line(), this.line()));
      case 0x93: {
        const name = this.pop();
        return this.push(this.global(this.pop(), name));
      }
      case 'R': {
        const args = this.pop();
        const callee = this.pop();
        if (!(callee instanceof PickleGlobal) || !Array.isArray(args))
          throw malformed('a call of what is no function');
        return this.push(this.options.call(callee.path, args));
      }
      case 'b': // The state of an object: only dictionaries come from here, and theirs (torch's version notes) is of no use.
        this.pop();
        if (!(this.top() instanceof Map)) throw malformed('a state of what has none');
        return;
      case 'Q': {
        const id = this.pop();
        if (!this.options.load) throw this.unsupported('a persistent id', at);
        return this.push(this.options.load(id));
      }
      default:
        throw this.unsupported(
          typeof opcode === 'string' ? `opcode ${show(opcode)}` : `opcode 0x${opcode.toString(16)}`,
          at,
        );
    }
  }

  private unsupported(what: string, at: number): FormatError {
    return new FormatError(
      'UNSUPPORTED',
      `${WHERE}: expected a pickle of plain values, got ${what} at byte ${at}. Save only the state_dict, with torch.save(model.state_dict(), path).`,
    );
  }

  private take(count: number): number {
    if (!(count >= 0 && count <= this.bytes.length - this.at)) {
      throw new FormatError(
        'TRUNCATED',
        `${WHERE}: expected ${count} more bytes, got ${this.bytes.length - this.at}. Get the file again.`,
      );
    }
    this.at += count;
    return this.at - count;
  }

  private text(length: number): string {
    const from = this.take(length);
    return new TextDecoder().decode(this.bytes.subarray(from, from + length));
  }

  private line(): string {
    const end = this.bytes.subarray(this.at, this.at + 1000).indexOf(10);
    if (end < 0) throw malformed('a name without an end');
    const text = this.text(end);
    this.take(1);
    return text;
  }

  private long(length: number): number | bigint {
    const from = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[from + i]);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(value)
      : value;
  }

  private global(module: PickleValue, name: PickleValue): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string') throw malformed('a name that is no text');
    const path = `${module}.${name}`;
    if (!this.options.isAllowed(path)) {
      throw new FormatError(
        'UNSUPPORTED',
        `${WHERE}: expected a pickle of tensors, got one that asks for ${show(path)}. It was not run. Save only the state_dict, with torch.save(model.state_dict(), path).`,
      );
    }
    return new PickleGlobal(path);
  }

  private push(value: PickleValue): void {
    this.stack.push(value);
  }

  private top(): PickleValue {
    const top = this.stack.at(-1);
    if (top === undefined || top === MARK) throw malformed('an empty stack');
    return top;
  }

  private pop(): PickleValue {
    const top = this.top();
    this.stack.pop();
    return top;
  }

  private popMark(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw malformed('an end without its mark');
    return this.stack.splice(mark).slice(1) as PickleValue[];
  }

  private list(): PickleValue[] {
    const top = this.top();
    if (!Array.isArray(top)) throw malformed('items for what is no list');
    return top;
  }

  private dictionary(): Map<PickleValue, PickleValue> {
    const top = this.top();
    if (!(top instanceof Map)) throw malformed('items for what is no dictionary');
    return top;
  }

  private remember(index: number): void {
    if (this.memo.size >= MAX_MEMO) {
      throw new FormatError(
        'TOO_LARGE',
        `${WHERE}: expected at most ${MAX_MEMO} remembered values, got more. Get the file again.`,
      );
    }
    this.memo.set(index, this.top());
  }

  private recall(index: number): PickleValue {
    const value = this.memo.get(index);
    if (value === undefined) throw malformed(`a memory ${index} that was never set`);
    return value;
  }
}

function setItems(
  dictionary: Map<PickleValue, PickleValue>,
  items: readonly PickleValue[],
): Map<PickleValue, PickleValue> {
  if (items.length % 2 !== 0) throw malformed('a key without a value');
  for (let i = 0; i < items.length; i += 2) dictionary.set(items[i], items[i + 1]);
  return dictionary;
}
