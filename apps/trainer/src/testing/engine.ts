/** The engine that the tests train on. `TRAINER_TEST_ENGINE=tensorflow npm test -w @googlenet/trainer` takes another. */
export const ENGINE = process.env.TRAINER_TEST_ENGINE ?? 'wasm';

/** What TensorFlow.js calls it. */
export const BACKEND = ENGINE === 'wasm' ? 'googlenet-wasm' : ENGINE;
