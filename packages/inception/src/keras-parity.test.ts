import { testKerasModules } from './testing/keras-modules';
import { useQuickCpu } from './testing/quick-cpu';

beforeAll(useQuickCpu);

testKerasModules();
