import { useQuickCpu } from '../../inception/src/testing/quick-cpu';
import { testKerasNetwork } from './testing/keras-network';

beforeAll(useQuickCpu);

testKerasNetwork(12);
