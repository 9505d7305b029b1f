import * as formats from './index';

it('exports these names and no others', () => {
  expect(Object.keys(formats).sort()).toEqual([
    'FormatError',
    'ONNX_OPSET',
    'decodeOnnx',
    'decodeSafetensors',
    'encodeSafetensors',
    'readSafetensors',
    'readZip',
    'writeOnnx',
    'writeSafetensors',
  ]);
});
