import { messageOf } from './message';

describe('messageOf', () => {
  it.each([
    [
      'loadModel(model.json): expected JSON, got text that is not. Export the model again.',
      'model.json: expected JSON, got text that is not. Export the model again.',
    ],
    [
      'fetch(https://site.test/model/model.json): expected the file, got no answer. Try again.',
      'model.json: expected the file, got no answer. Try again.',
    ],
    ['train(): expected a finite loss, got NaN. Go on.', 'Expected a finite loss, got NaN. Go on.'],
    ['Another tab of this page is training. Stop it.', 'Another tab of this page is training. Stop it.'],
  ])('leaves out which function speaks: %s', (message, shown) => {
    expect(messageOf(new Error(message))).toBe(shown);
  });

  it('takes whatever is thrown', () => {
    expect(messageOf('text')).toBe('text');
    expect(messageOf(undefined)).toBe('undefined');
  });
});
