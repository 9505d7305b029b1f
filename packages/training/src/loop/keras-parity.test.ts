import { useQuickCpu } from '../../../inception/src/testing/quick-cpu';
import { testKerasSteps } from '../testing/keras-golden';

beforeAll(useQuickCpu);

testKerasSteps(12);
