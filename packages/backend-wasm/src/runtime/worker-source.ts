/**
 * Fields of the control block at address 0 of the shared memory, as indices of 32-bit integers.
 *
 * A job: `FUNCTION` is applied to pieces of `GRAIN` units until `NEXT` reaches `UNITS`; whoever is free takes the next piece.
 * `GENERATION` counts the jobs. A worker takes part only after it has counted itself in `JOINED`, so that nobody waits for
 * one that is still asleep: `JOINED` is the job's generation, a flag that the job is over ({@link CLOSED}), and the number of workers.
 */
export const Control = {
  GENERATION: 0,
  DONE: 1,
  NEXT: 2,
  UNITS: 3,
  GRAIN: 4,
  FUNCTION: 5,
  SLEEPERS: 6,
  STOP: 7,
  FAILED: 8,
  JOINED: 9,
} as const;

/** Bits of `JOINED`: seven for the number of workers, one flag, the others for the generation. */
export const CLOSED = 128;
export const GENERATION_SHIFT = 8;

/** Where the argument block of the running job lies, in bytes. */
export const ARGUMENTS = 256;
/** First address behind the control and argument blocks. */
export const HEAP_BASE = 4096;

/** Turns of the loop in which a thread looks for work before it sleeps: about a tenth of a millisecond. */
export const SPIN_TURNS = 12000;

/**
 * The worker's program, for worker_threads and for Web Workers. It waits for a generation, takes pieces of the job, reports.
 * A string, so that no bundler has to find a second file; its numbers are those of `Control`.
 */
export const WORKER_SOURCE = `
const start = ({ module, memory, names, thread }, report) => {
  const exports = new WebAssembly.Instance(module, { env: { memory, abort() {} } }).exports;
  const functions = names.map((name) => exports[name]);
  const control = new Int32Array(memory.buffer, 0, 64);
  const join = (generation) => {
    for (;;) {
      const joined = Atomics.load(control, ${Control.JOINED});
      const other = joined >> ${GENERATION_SHIFT} !== (generation << ${GENERATION_SHIFT}) >> ${GENERATION_SHIFT};
      if (other || (joined & ${CLOSED}) !== 0) return false;
      if (Atomics.compareExchange(control, ${Control.JOINED}, joined, joined + 1) === joined) return true;
    }
  };
  let seen = Atomics.load(control, ${Control.GENERATION});
  report('ready');
  for (;;) {
    for (let turn = 0; turn < ${SPIN_TURNS} && Atomics.load(control, ${Control.GENERATION}) === seen; turn++);
    while (Atomics.load(control, ${Control.GENERATION}) === seen) {
      Atomics.add(control, ${Control.SLEEPERS}, 1);
      Atomics.wait(control, ${Control.GENERATION}, seen);
      Atomics.sub(control, ${Control.SLEEPERS}, 1);
    }
    seen = Atomics.load(control, ${Control.GENERATION});
    if (Atomics.load(control, ${Control.STOP})) return;
    if (!join(seen)) continue;
    try {
      const units = control[${Control.UNITS}];
      const grain = control[${Control.GRAIN}];
      const run = functions[control[${Control.FUNCTION}]];
      for (let unit; (unit = Atomics.add(control, ${Control.NEXT}, grain)) < units; ) {
        run(${ARGUMENTS}, unit, Math.min(units, unit + grain), thread);
      }
    } catch (error) {
      Atomics.store(control, ${Control.FAILED}, 1);
    }
    Atomics.add(control, ${Control.DONE}, 1);
    Atomics.notify(control, ${Control.DONE});
  }
};
if (typeof require === 'function') {
  const { workerData, parentPort } = require('node:worker_threads');
  start(workerData, (message) => parentPort.postMessage(message));
} else {
  self.onmessage = (event) => start(event.data, (message) => self.postMessage(message));
}
`;
