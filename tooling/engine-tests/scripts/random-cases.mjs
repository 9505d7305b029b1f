// The part of a run of random cases that is bundled with the engine.
import engineTestsSetup from 'engine-tests:setup';
import { fuzzKernels, kernelsWithCases, missingKernels } from '../src/fuzz/fuzz';

export async function run({ backendName, count, seed, kernels }) {
  await engineTestsSetup();
  return {
    differences: fuzzKernels({ backendName, count, seed, kernels }),
    kernels: kernels ?? kernelsWithCases(backendName),
    missing: missingKernels(backendName),
  };
}
