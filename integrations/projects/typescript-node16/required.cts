import type { TrainEvent } from '@googlenet/training';
import { googlenet } from '@googlenet/model';

export const parameters: number = googlenet({ variant: 'cifar' }).countParams();
export const types: TrainEvent['type'][] = ['step', 'epoch'];
