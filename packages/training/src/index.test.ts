import expected from '../../../integrations/expected/training.exports.json';
import * as everywhere from './index';
import * as config from './config/index';
import * as node from './node/index';

it('exports the listed names and no others', () => {
  expect({
    '.': Object.keys(everywhere).sort(),
    './config': Object.keys(config).sort(),
    './node': Object.keys(node).sort(),
  }).toEqual(expected);
});
