/** The engine that the tests train on. `TRAINER_TEST_ENGINE=tensorflow npm test -w @googlenet/trainer` takes another. */
export const ENGINE = process.env.TRAINER_TEST_ENGINE ?? 'wasm';

/** What it says of `--threads 1`; libtensorflow does not tell. */
export const ONE_THREAD = ENGINE === 'tensorflow' ? '' : '1 thread';

/** What TensorFlow.js calls it. */
export const BACKEND = ENGINE === 'wasm' ? 'googlenet-wasm' : ENGINE;
