import expected from '../../../integrations/expected/collective-mpi.exports.json';
import * as everywhere from './index';

it('exports the listed names and no others', () => {
  expect({ '.': Object.keys(everywhere).sort() }).toEqual(expected);
});
