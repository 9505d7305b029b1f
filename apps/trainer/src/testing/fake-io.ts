import type { Io } from '../io';

/** An {@link Io} that keeps what is written, and whose Ctrl-C a test presses. */
export interface FakeIo extends Io {
  readonly out: () => string;
  readonly err: () => string;
  readonly interrupt: () => void;
}

/** @param terminal - whether the outputs say that they are terminals, and how wide. */
export function fakeIo(cwd: string, terminal: boolean | number = false): FakeIo {
  let [out, err] = ['', ''];
  const facts = { isTTY: terminal !== false, columns: typeof terminal === 'number' ? terminal : 100 };
  const handlers = new Set<() => void>();
  return {
    stdout: { write: (text) => (out += text), ...facts },
    stderr: { write: (text) => (err += text), ...facts },
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

/** Presses Ctrl-C once, when a line appears. */
export function interruptAt(io: FakeIo, line: RegExp): void {
  const write = io.stdout.write.bind(io.stdout);
  let pressed = false;
  Object.assign(io.stdout, {
    write: (text: string) => {
      if (!pressed && line.test(text)) {
        pressed = true;
        io.interrupt();
      }
      return write(text);
    },
  });
}
