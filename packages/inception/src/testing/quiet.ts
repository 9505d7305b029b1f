import * as tf from '@tensorflow/tfjs-core';

// The cpu engine advises to install another one at its first tensor; tests need no advice.
tf.env().set('PROD', true);
