import { requireChoice } from '@googlenet-tooling/shared/checks';
import type { BranchPlan } from '@googlenet-tooling/shared/optional-kernels';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type ConvUnit, inferUnits, trainUnits, withZeroGradients } from './conv-unit';
import { ConvUnitLayer, type LayerOptions, refuseUnknownOptions } from './conv-unit-layer';
import type { ConvUnitOptions } from './conv-unit-options';
import {
  BRANCH_5X5_SHAPES,
  type Branch5x5,
  INCEPTION_KINDS,
  type InceptionFilters,
  type InceptionFilterTuple,
  type InceptionKind,
  namedFilters,
} from './filters';
import { inferFused } from './inception-infer';
import { canTrainFused, trainFused } from './inception-train';
import {
  BRANCHES,
  type BranchName,
  branchPlan,
  type BranchUnits,
  branchUnits,
  type ModuleShape,
  outputChannels,
  type UnitShape,
  unitsInOrder,
} from './module-units';
import { nhwcChannels } from './validation';

export interface InceptionOptions extends ConvUnitOptions {
  /** Name of the layer, and the beginning of its weights' names. */
  name?: string;
  /** Default true; a frozen layer uses and keeps its moving statistics. */
  trainable?: boolean;
  /** Height, width and channels, where the layer is the first of a sequential model. */
  inputShape?: tfl.Shape;
  /** Filter counts by name, or a row of the paper's table. */
  filters: InceptionFilters | InceptionFilterTuple;
  /** Default `reduced`. */
  kind?: InceptionKind;
  /** Default `one5x5`, as in the paper. */
  branch5x5?: Branch5x5;
}

/** The outputs of the four branches, each `[batch, height, width, filters of the branch]`. */
export type InceptionBranches = Record<BranchName, tf.Tensor4D>;

type RunUnits = (x: tf.Tensor4D, units: readonly ConvUnit[]) => tf.Tensor4D[];

/**
 * The Inception module as one layer that owns its weights.
 *
 * Input `[batch, height, width, channels]`, output
 * `[batch, height, width, conv1x1 + conv3x3 + conv5x5 + poolProj]`: the branches 1x1 | 1x1 -> 3x3 | 1x1 -> 5x5 |
 * 3x3 max pool -> 1x1, joined on the channels; a naive module has neither reductions nor projection. With batch norm
 * the three 1x1 convolutions that share the input run as one. A frozen layer (`trainable = false`) uses and keeps its moving
 * statistics. Made by {@link inception}.
 */
export class Inception extends ConvUnitLayer {
  static readonly className = 'Inception';
  readonly filters: InceptionFilters;
  readonly kind: InceptionKind;
  readonly branch5x5: Branch5x5;
  private plan?: BranchPlan;

  constructor(options: InceptionOptions & LayerOptions) {
    const where = describe(options);
    super(options, where);
    this.kind = requireChoice(where, 'kind', options.kind ?? 'reduced', INCEPTION_KINDS);
    this.branch5x5 = requireChoice(
      where,
      'branch5x5',
      options.branch5x5 ?? 'one5x5',
      Object.keys(BRANCH_5X5_SHAPES) as Branch5x5[],
    );
    this.filters = namedFilters(options.filters, this.kind, where);
  }

  protected get where(): string {
    return describe(this);
  }

  protected unitShapes(inputChannels: number): UnitShape[] {
    return unitsInOrder(branchUnits(this.moduleShape(inputChannels)));
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const inputChannels = nhwcChannels(inputShape, this.where);
    const [batch, height, width] = inputShape as tfl.Shape;
    return [batch, height, width, outputChannels(this.moduleShape(inputChannels))];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
      const { units, settings, group } = this;
      const plan = (this.plan ??= branchPlan(this.moduleShape(this.inputChannels)));
      if (!kwargs.training || this.isFrozen)
        return inferFused(x, { units, settings, plan }) ?? this.join(this.runBranches(x, this.infer));
      const y =
        settings.batchNorm && !group && canTrainFused()
          ? trainFused(x, { units, settings, plan })
          : this.join(
              this.runBranches(x, (input, some) => trainUnits(input, some, settings, undefined, group)),
            );
      return settings.batchNorm ? withZeroGradients(y, units) : y;
    });
  }

  /**
   * The four branch outputs in inference mode, for inspection; joined on the channels they are what `predict` gives.
   *
   * @param x - NHWC float32 `[batch, height, width, channels]`.
   * @returns four tensors that the caller disposes.
   * @throws {Error} if the layer is not built yet.
   */
  branches(x: tf.Tensor4D): InceptionBranches {
    if (!this.built) {
      throw new Error(
        `${this.where}.branches: expected a built layer, got one without weights. Apply it to an input first.`,
      );
    }
    return tf.tidy<InceptionBranches>(() => this.runBranches(x, this.infer));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), filters: { ...this.filters }, kind: this.kind, branch5x5: this.branch5x5 };
  }

  private moduleShape(inputChannels: number): ModuleShape {
    return { filters: this.filters, kind: this.kind, branch5x5: this.branch5x5, inputChannels };
  }

  private readonly infer: RunUnits = (x, units) => inferUnits(x, units, this.settings);

  private join(branches: InceptionBranches): tf.Tensor4D {
    return tf.concat(
      BRANCHES.map((branch) => branches[branch]),
      3,
    );
  }

  private runBranches(x: tf.Tensor4D, run: RunUnits): InceptionBranches {
    const units = this.unitsByBranch();
    const pooled = tf.maxPool(x, 3, 1, 'same');
    const chain = (input: tf.Tensor4D, group: readonly ConvUnit[]) =>
      group.reduce((value, unit) => run(value, [unit])[0], input);
    if (this.kind === 'naive') {
      return {
        conv1x1: chain(x, units.conv1x1),
        conv3x3: chain(x, units.conv3x3),
        conv5x5: chain(x, units.conv5x5),
        poolProj: pooled,
      };
    }
    const [conv1x1, reduced3x3, reduced5x5] = run(x, [units.conv1x1[0], units.conv3x3[0], units.conv5x5[0]]);
    return {
      conv1x1,
      conv3x3: chain(reduced3x3, units.conv3x3.slice(1)),
      conv5x5: chain(reduced5x5, units.conv5x5.slice(1)),
      poolProj: chain(pooled, units.poolProj),
    };
  }

  /** The units of each branch, from the input on. */
  unitsByBranch(): BranchUnits<ConvUnit> {
    const shapes = branchUnits(this.moduleShape(this.inputChannels));
    let next = 0;
    const take = (branch: BranchName) => shapes[branch].map(() => this.units[next++]);
    return {
      conv1x1: take('conv1x1'),
      conv3x3: take('conv3x3'),
      conv5x5: take('conv5x5'),
      poolProj: take('poolProj'),
    };
  }
}
tf.serialization.registerClass(Inception);

function describe({ name }: { name?: string }): string {
  return name ? `inception("${name}")` : 'inception';
}

/**
 * One Inception module as a layer.
 *
 * @returns a layer: `[batch, height, width, channels]` to
 *   `[batch, height, width, conv1x1 + conv3x3 + conv5x5 + poolProj]`.
 * @throws {RangeError} if a filter count is not a positive integer, or an option is unknown or none of its allowed values.
 * @see Szegedy et al. 2014 (arXiv:1409.4842), figure 2 and table 1
 * Deviation: batch norm by default, which the paper did not have; `batchNorm: false` gives the paper's module.
 */
export function inception(options: InceptionOptions): Inception {
  refuseUnknownOptions(options, ['filters', 'kind', 'branch5x5'], describe(options));
  return new Inception(options);
}
