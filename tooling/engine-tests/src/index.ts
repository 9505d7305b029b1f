/**
 * What every engine is tested with: TensorFlow.js' published conformance suite (`runConformance`), and random cases of every
 * registered kernel against the cpu engine (`runRandomCases`), and the training of well-known networks (`trainLayerNetwork`). It knows no
 * engine: each one's tests name it. Private.
 *
 * Start reading in `node/conformance.ts` and `fuzz/fuzz.ts`.
 *
 * @packageDocumentation
 */
export {
  compareFailures,
  type ConformanceOptions,
  type ConformanceReport,
  type ExpectedFailure,
  runConformance,
} from './node/conformance';
export type { EngineUnderTest } from './node/engine-process';
export { type RandomCasesOptions, type RandomCasesReport, runRandomCases } from './node/random-cases';
export type { Difference } from './fuzz/fuzz';
export { runTensorFlowCase } from './golden/tensorflow-case';
export { TENSORFLOW_CASES } from './golden/tensorflow-cases';
export {
  LAYER_NETWORKS,
  type LayerNetwork,
  type LayerTraining,
  trainLayerNetwork,
} from './networks/networks';
