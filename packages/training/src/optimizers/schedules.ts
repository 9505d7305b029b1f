interface ScheduleBase {
  /** The learning rate at the start; the highest one for `oneCycle`. */
  learningRate: number;
  /** Steps of linear warm-up from `learningRate / warmupSteps`; default 0. Not for `oneCycle`, which has its own. */
  warmupSteps?: number;
}

/** How the learning rate changes, by `kind`. */
export type ScheduleConfig =
  | (ScheduleBase & { kind: 'constant' })
  /** Szegedy et al. 2014, section 6: times `factor` (0.96) every `everyEpochs` (8) epochs. */
  | (ScheduleBase & { kind: 'paper'; factor?: number; everyEpochs?: number })
  /** Times `factor` (0.1) at every epoch of `milestones`, or every `everyEpochs` epochs. */
  | (ScheduleBase & { kind: 'step'; factor?: number; everyEpochs?: number; milestones?: number[] })
  /** `(learningRate - end) * (1 - t)^power + end`; power 0.5 is Caffe's quick solver. */
  | (ScheduleBase & { kind: 'polynomial'; power?: number; endLearningRate?: number })
  /** Half a cosine from `learningRate` to `endLearningRate` (0). */
  | (ScheduleBase & { kind: 'cosine'; endLearningRate?: number })
  /** Smith and Topin 2018: up from `learningRate / initialDivisor` (25), then down to that over `finalDivisor` (1e4), both as half cosines. */
  | (ScheduleBase & {
      kind: 'oneCycle';
      warmupFraction?: number;
      initialDivisor?: number;
      finalDivisor?: number;
    });

/** The length of a run, which most schedules are stretched over. */
export interface RunLength {
  totalSteps: number;
  stepsPerEpoch: number;
}

/**
 * The learning rate of one step, a pure function of the step's number.
 *
 * @param schedule - see {@link ScheduleConfig}.
 * @param step - from 0.
 * @param run - steps of the whole run and of one epoch.
 * @see torch.optim.lr_scheduler.OneCycleLR for `oneCycle` (two phases, cosine), whose numbers these equal.
 */
export function learningRateAt(schedule: ScheduleConfig, step: number, run: RunLength): number {
  const { learningRate, warmupSteps = 0 } = schedule;
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
  const epoch = Math.floor(step / run.stepsPerEpoch);
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, run.totalSteps - warmupSteps));
  switch (schedule.kind) {
    case 'constant':
      return learningRate;
    case 'paper':
      return learningRate * (schedule.factor ?? 0.96) ** Math.floor(epoch / (schedule.everyEpochs ?? 8));
    case 'step': {
      const drops = schedule.milestones
        ? schedule.milestones.filter((milestone) => epoch >= milestone).length
        : Math.floor(epoch / (schedule.everyEpochs ?? 1));
      return learningRate * (schedule.factor ?? 0.1) ** drops;
    }
    case 'polynomial': {
      const end = schedule.endLearningRate ?? 0;
      return (learningRate - end) * (1 - progress) ** (schedule.power ?? 0.5) + end;
    }
    case 'cosine':
      return cosine(learningRate, schedule.endLearningRate ?? 0, progress);
    case 'oneCycle': {
      const initial = learningRate / (schedule.initialDivisor ?? 25);
      const peak = Math.max((schedule.warmupFraction ?? 0.3) * run.totalSteps - 1, 0);
      const last = Math.max(run.totalSteps - 1, 1);
      if (step < peak) return cosine(initial, learningRate, step / peak);
      return cosine(
        learningRate,
        initial / (schedule.finalDivisor ?? 1e4),
        Math.min(1, (step - peak) / Math.max(last - peak, 1)),
      );
    }
  }
}

function cosine(from: number, to: number, progress: number): number {
  return to + ((from - to) * (1 + Math.cos(Math.PI * progress))) / 2;
}
