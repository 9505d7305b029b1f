import { classify } from './classify';
import type { Command } from './command';
import { compare } from './compare';
import { data } from './data';
import { doctor } from './doctor';
import { evaluate } from './evaluate';
import { exportCommand } from './export';
import { outliers } from './outliers';
import { predict } from './predict';
import { report } from './report';
import { runs } from './runs';
import { summary } from './summary';
import { sweep } from './sweep';
import { train } from './train';
import { weights } from './weights';

/** The commands, in the order of `googlenet --help`. A new one is a file beside this one, and its line here. */
export const COMMANDS: readonly Command[] = [
  train,
  sweep,
  evaluate,
  predict,
  outliers,
  classify,
  weights,
  exportCommand,
  runs,
  compare,
  report,
  summary,
  data,
  doctor,
];
