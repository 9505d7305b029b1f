/**
 * What every engine is tested with: TensorFlow.js' published conformance suite (`runConformance`), and random cases of every
 * registered kernel against the cpu engine (`fuzzKernels`). It knows no engine: each one's tests name it. Private.
 *
 * Start reading in `node/conformance.ts` and `fuzz.ts`.
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
