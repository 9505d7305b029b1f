import expected from '../../../integrations/expected/download.exports.json';
import * as everywhere from './index';
import * as node from './node/index';

it('exports the listed names and no others', () => {
  expect({ '.': Object.keys(everywhere).sort(), './node': Object.keys(node).sort() }).toEqual(expected);
});
