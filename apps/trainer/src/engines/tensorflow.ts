import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../errors';
import type { Engine, Probe } from './engine';

const PACKAGE = '@tensorflow/tfjs-node';
const HINT = 'npm install @tensorflow/tfjs-node, on a machine that may download its library';

/** libtensorflow through @tensorflow/tfjs-node, an optional dependency. */
export const tensorflow: Engine = {
  name: 'tensorflow',
  title: 'libtensorflow (@tensorflow/tfjs-node, optional)',
  probe: () => probeTensorflow(() => import(PACKAGE)),
  async use() {
    const { detail = '', reason } = await this.probe();
    if (reason !== undefined) throw new Error(reason);
    await tf.setBackend('tensorflow');
    await tf.ready();
    return { name: 'tensorflow', backend: tf.getBackend(), detail };
  },
};

/** Loads tfjs-node and says what came of it. */
export async function probeTensorflow(load: () => Promise<unknown>): Promise<Probe> {
  restoreUtilities();
  let version: string | undefined;
  try {
    version = ((await load()) as { version?: Record<string, string> }).version?.['tfjs-node'];
  } catch (error) {
    const message = messageOf(error);
    const missing = /cannot find (module|package) '@tensorflow\/tfjs-node'/i.test(message);
    return {
      available: false,
      reason: missing ? `${PACKAGE} is not installed` : `${PACKAGE} does not load: ${firstLine(message)}`,
      hint: HINT,
    };
  }
  return tf.findBackend('tensorflow') === null
    ? { available: false, reason: `${PACKAGE} uses another copy of tfjs-core`, hint: 'npm dedupe' }
    : { available: true, detail: `tfjs-node ${version ?? ''}`.trim() };
}

/** tfjs-node 4.22 calls two functions that Node 23 removed (tfjs issue 8609). */
export function restoreUtilities(target: Record<string, unknown> = util): void {
  target.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  target.isArray ??= Array.isArray;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
