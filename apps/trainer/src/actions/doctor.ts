import { availableParallelism, cpus, totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { ENGINES, inAutoOrder, type Engine, type Probe } from '../engines';
import { ExitCode, messageOf } from '../errors';
import { colorsFor, say, sayJson, type Io } from '../io';
import { figure } from '../render/format';

/** What `doctor` found about one engine. */
interface Finding extends Probe {
  readonly name: string;
  readonly title: string;
  /** Forward 3x3 convolution, 1e9 floating point operations a second. */
  readonly gflops?: number;
}

/** `googlenet doctor`: which engines work here, why the others do not, what would make it faster. */
export async function doctor(
  io: Io,
  { threads, json }: { readonly threads: number | undefined; readonly json: boolean },
  engines: readonly Engine[] = ENGINES,
): Promise<ExitCode> {
  tf.enableProdMode();
  const findings: Finding[] = [];
  for (const engine of engines) findings.push(await examine(engine, threads));
  const machine = {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const best = await firstAvailable(findings);
  if (json) {
    sayJson(io, { machine, engines: findings, auto: best?.name ?? null });
    return best === undefined ? ExitCode.failure : ExitCode.ok;
  }
  const colors = colorsFor(io);
  say(
    io,
    `Node.js ${machine.node} on ${machine.platform}, ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB`,
  );
  say(io);
  for (const finding of findings) {
    const mark = finding.available ? colors.green('works  ') : colors.yellow('missing');
    const speed =
      finding.gflops === undefined ? '' : `, 3x3 convolution at ${figure(finding.gflops)} GFLOP/s`;
    say(io, `${mark}  ${colors.bold(finding.name.padEnd(10))}  ${finding.title}`);
    if (finding.available)
      say(io, `${' '.repeat(21)}${[finding.detail, speed.replace(/^, /, '')].filter(Boolean).join(', ')}`);
    else say(io, `${' '.repeat(21)}${finding.reason ?? 'unavailable'}`);
    if (finding.hint !== undefined && !finding.available)
      say(io, `${' '.repeat(21)}to get it: ${finding.hint}`);
  }
  say(io);
  if (best === undefined) say(io, 'No engine works here.');
  else
    say(
      io,
      `--backend auto takes ${colors.bold(best.name)}${whyNotFirst(findings, best)}.${fasterAdvice(findings, best)}`,
    );
  return best === undefined ? ExitCode.failure : ExitCode.ok;
}

async function firstAvailable(findings: readonly Finding[]): Promise<Finding | undefined> {
  for await (const { engine } of inAutoOrder(findings, (finding) => finding))
    if (engine.available) return engine;
  return undefined;
}

/** Why `auto` does not take an engine that works and is listed before the one that it takes. */
function whyNotFirst(findings: readonly Finding[], best: Finding): string {
  const passed = findings.slice(0, findings.indexOf(best)).find(({ available }) => available);
  return passed?.comesAfter === undefined ? '' : ` (${passed.name}: ${passed.comesAfter.why})`;
}

function fasterAdvice(findings: readonly Finding[], best: Finding): string {
  const faster = findings.slice(0, findings.indexOf(best)).filter((finding) => finding.hint !== undefined);
  if (faster[0] === undefined) return ' Nothing faster is known for this machine.';
  return ` Faster: ${faster[0].name} (${faster[0].hint ?? ''}).`;
}

async function examine(engine: Engine, threads: number | undefined): Promise<Finding> {
  const { name, title } = engine;
  const probe = await engine.probe();
  if (!probe.available) return { name, title, ...probe };
  try {
    const { detail } = await engine.use({ threads });
    return { name, title, ...probe, detail: detail || probe.detail, gflops: await measure() };
  } catch (error) {
    return { name, title, available: false, reason: messageOf(error), hint: probe.hint };
  }
}

/** Runs a 3x3 convolution of 14x14x64 for about a fifth of a second. */
async function measure(): Promise<number> {
  const [size, channels, batch] = [14, 64, 4];
  const x = tf.zeros<tf.Rank.R4>([batch, size, size, channels]);
  const kernel = tf.zeros<tf.Rank.R4>([3, 3, channels, channels]);
  const once = async (): Promise<void> => {
    const y = tf.conv2d(x, kernel, 1, 'same');
    await y.data();
    y.dispose();
  };
  await once();
  const start = performance.now();
  let runs = 0;
  while (runs === 0 || performance.now() - start < 200) {
    await once();
    runs++;
  }
  const seconds = (performance.now() - start) / 1000;
  tf.dispose([x, kernel]);
  return (runs * 2 * batch * size * size * 9 * channels * channels) / seconds / 1e9;
}
