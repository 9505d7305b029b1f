import type { ComponentType } from 'preact';
import { AnswerStep } from './answer-step';
import { BranchesStep } from './branches-step';
import { DeeperStep } from './deeper-step';
import { FirstStep } from './first-step';
import { PixelStep } from './pixel-step';

export interface Step {
  title: string;
  text: readonly string[];
  Figure: ComponentType;
}

/** The story for newcomers, from a pixel to the answer. */
export const steps: readonly Step[] = [
  {
    title: 'A picture is numbers',
    text: [
      'The network does not see a digit. It gets 28 × 28 numbers, one for each pixel: 0 where the paper is, 1 where the ink is.',
      'Point at a pixel, tap it, or use the arrow keys.',
    ],
    Figure: PixelStep,
  },
  {
    title: 'The first convolution',
    text: [
      'A kernel is nine weights. It slides over the picture; at each place the nine pixels under it are multiplied by the nine weights and added up. What is below 0 becomes 0.',
      'The result is a new picture, a feature map, bright where the kernel found what it looks for. Training chose the weights.',
    ],
    Figure: FirstStep,
  },
  {
    title: 'One module, four branches',
    text: [
      'How large is what matters, one pixel or five? An Inception module does not decide: four branches look at the same maps in four ways, side by side.',
      'Their maps are stacked into one thick picture, and the next module gets it all. Choose a map to see the sum behind its pixels.',
    ],
    Figure: BranchesStep,
  },
  {
    title: 'Deeper',
    text: [
      'Nine modules follow one another. Twice the plane is halved, so that the same small kernels see more of the digit; and there are more maps, so that there is room for more kinds of shapes.',
      'Early maps still look like the drawing. Late ones hardly do: they say which parts of digits are there, no longer exactly where.',
    ],
    Figure: DeeperStep,
  },
  {
    title: 'The answer',
    text: [
      'In the end each map is averaged to one number. Each class adds these numbers up with weights of its own, and the softmax turns the ten sums into probabilities.',
      'That is all: products, sums, and the largest of a few.',
    ],
    Figure: AnswerStep,
  },
];
