import { prediction } from '../../state/network';
import { ProbabilityBars } from '../../ui/probability-bars';
import { classNames } from '../inside-state';

/** The probabilities of the classes for the drawing. */
export function AnswerStep() {
  return (
    <ProbabilityBars
      classNames={classNames.value}
      probabilities={prediction.value?.probabilities}
      label="The network's answer"
    />
  );
}
