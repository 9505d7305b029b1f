// The part of the conformance run that is bundled with the engine: one copy of tfjs-core for the suite and for the engine.
import engineTestsSetup from 'engine-tests:setup';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util';
import jasmineRequire from 'jasmine-core/lib/jasmine-core/jasmine.js';

/** Runs the suite; `filter`, where given, is a pattern of full names. */
export async function run({ backendName, filter }) {
  const jasmine = jasmineRequire.core(jasmineRequire);
  const environment = jasmine.getEnv({ suppressLoadErrors: true });
  Object.assign(globalThis, jasmineRequire.interface(jasmine, environment));
  jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;
  globalThis.i = undefined; // a test of the suite assigns it undeclared, which a module forbids
  const pattern = filter === undefined ? undefined : new RegExp(filter);
  environment.configure({
    random: false,
    hideDisabled: true,
    ...(pattern && { specFilter: (spec) => pattern.test(spec.getFullName()) }),
  });

  await engineTestsSetup();
  setTestEnvs([{ name: backendName, backendName, isDataSync: true }]);
  await import('@tensorflow/tfjs-core/dist/tests');

  const report = { passed: [], failed: [], skipped: [] };
  const note = ({ fullName, status, failedExpectations }) => {
    if (status === 'passed') report.passed.push(fullName);
    else if (status === 'failed')
      report.failed.push({ name: fullName, reason: failedExpectations.map((e) => e.message).join('; ') });
    else if (status === 'pending') report.skipped.push(fullName);
  };
  environment.addReporter({
    specDone: note,
    suiteDone: (result) => {
      if (result.failedExpectations?.length) note({ ...result, status: 'failed' });
    },
  });
  await new Promise((resolve) => {
    environment.addReporter({ jasmineDone: resolve });
    environment.execute();
  });
  return report;
}
