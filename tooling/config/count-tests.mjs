// Adds up the closing lines of all test runners in a log and prints one plain line.
// usage: node count-tests.mjs LOG [STATUS]; a STATUS other than 0 counts as one more failure where no test failed.
import { readFileSync } from 'node:fs';

const [logPath, status = '0'] = process.argv.slice(2);
const escape = String.fromCharCode(27);
const log = readFileSync(logPath, 'utf8').replaceAll(new RegExp(`${escape}\\[[0-9;]*m`, 'g'), '');
const total = { passed: 0, failed: 0, skipped: 0 };

for (const line of log.split('\n')) {
  const jest = /(?:^|\s)Tests:\s+(.*\d+ total)\s*$/.exec(line);
  for (const [, count, kind] of jest?.[1].matchAll(/(\d+) (passed|failed|skipped)/g) ?? [])
    total[kind] += Number(count);
  const node = /(?:^|\s)(?:#|ℹ) (pass|fail|skipped) (\d+)\s*$/.exec(line);
  if (node) total[{ pass: 'passed', fail: 'failed', skipped: 'skipped' }[node[1]]] += Number(node[2]);
}

if (status !== '0' && total.failed === 0) {
  console.log('a check other than a test failed: it counts as one failure');
  total.failed = 1;
}
if (total.passed === 0) console.log('no test ran');
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
