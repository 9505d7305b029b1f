import { cropForWeights, preprocess, WEIGHTS } from './index';

/** A picture whose red is the column, green the row, blue 9. */
function picture(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) data.set([x % 256, y % 256, 9], 3 * (y * width + x));
  return { data, width, height, channels: 3 };
}

it('gives Caffe blue, green, red minus its means, from the largest centred square', () => {
  const values = preprocess(picture(254, 224), 'caffe');
  expect(values).toHaveLength(224 * 224 * 3);
  expect([...values.subarray(0, 3)]).toEqual([9 - 104, 0 - 117, 15 - 123]);
  expect([...values.subarray(-3)]).toEqual([9 - 104, 223 - 117, 238 - 123]);
});

it('gives torchvision the centre of the picture at 256, in [-1, 1]', () => {
  const values = preprocess(picture(256, 256), 'torchvision');
  const expected = [16, 16, 9].map((byte) => (byte / 255 - 0.5) / 0.5);
  [...values.subarray(0, 3)].forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
});

it("equals torchvision's normalization followed by its transform_input", () => {
  const [mean, deviation] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ];
  const values = preprocess(picture(256, 256), 'torchvision');
  const pixel = [16 + 100, 16 + 50, 9];
  pixel.forEach((byte, c) => {
    const normalized = (byte / 255 - mean[c]) / deviation[c];
    const transformed = normalized * (deviation[c] / 0.5) + (mean[c] - 0.5) / 0.5;
    expect(values[3 * (50 * 224 + 100) + c]).toBeCloseTo(transformed, 5);
  });
});

it('gives slim the central 87.5 %', () => {
  const cropped = cropForWeights(picture(256, 256), 'slim');
  expect([...cropped.data.subarray(0, 3)]).toEqual([16, 16, 9]);
});

it('repeats grey, and lays transparency over white', () => {
  const grey = { data: new Uint8Array(100).fill(50), width: 10, height: 10, channels: 1 };
  expect([...cropForWeights(grey, 'caffe').data.subarray(0, 3)]).toEqual([50, 50, 50]);
  const clear = { data: new Uint8Array(400), width: 10, height: 10, channels: 4 };
  expect([...cropForWeights(clear, 'caffe').data.subarray(0, 3)]).toEqual([255, 255, 255]);
});

it('writes into a batch', () => {
  const batch = new Float32Array(2 * 224 * 224 * 3);
  preprocess(picture(224, 224), 'caffe', batch, 224 * 224 * 3);
  expect(batch[0]).toBe(0);
  expect(batch[224 * 224 * 3]).toBe(9 - 104);
});

it('refuses a name that it does not know', () => {
  expect(() => preprocess(picture(10, 10), 'vgg' as 'caffe')).toThrow(
    /expected weights to be 'imagenet' or one of caffe, torchvision, slim, onnx-zoo, got "vgg"/,
  );
});

it('knows source, licence, check, accuracy and classes of every set', () => {
  for (const [name, entry] of Object.entries(WEIGHTS)) {
    expect(entry.name).toBe(name);
    expect(entry.source).toMatch(/^https:\/\//);
    expect(entry.licence).not.toBe('');
    expect(entry.accuracy.top5).toBeGreaterThan(entry.accuracy.top1);
    expect(entry.checksum ?? entry.note).toBeDefined();
    expect([1000, 1001]).toContain(entry.classes);
  }
});
