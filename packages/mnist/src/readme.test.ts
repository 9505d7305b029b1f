import { join } from 'node:path';
import { testReadmeSnippets } from '../../../tooling/config/readme';
import * as browser from './index';
import * as node from './node/index';

testReadmeSnippets(join(__dirname, '..'), { '@googlenet/mnist': browser, '@googlenet/mnist/node': node }, 4);
