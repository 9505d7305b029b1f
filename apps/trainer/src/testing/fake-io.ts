import type { Io } from '../io';

/** An {@link Io} that keeps what is written, and whose Ctrl-C a test presses. */
export interface FakeIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  readonly interrupt: () => void;
}

/** @param terminal - whether the outputs say that they are terminals. */
export function fakeIo(cwd: string, terminal = false): FakeIo {
  let [out, err] = ['', ''];
  const handlers = new Set<() => void>();
  return {
    stdout: { write: (text) => (out += text), isTTY: terminal, columns: 100 },
    stderr: { write: (text) => (err += text), isTTY: terminal, columns: 100 },
    cwd,
    env: {},
    onInterrupt(handler) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
    exit: () => undefined,
    out: () => out,
    err: () => err,
    interrupt: () => handlers.forEach((handler) => handler()),
  };
}
