import { join } from 'node:path';
import { testReadmeSnippets } from '../../../tooling/config/readme';
import * as browser from './index';
import * as node from './node/index';

testReadmeSnippets(
  join(__dirname, '..'),
  { '@googlenet/images': browser, '@googlenet/images/node': node },
  2,
);
