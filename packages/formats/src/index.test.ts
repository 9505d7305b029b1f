import * as formats from './index';

it('exports these names and no others', () => {
  expect(Object.keys(formats).sort()).toEqual([
    'FormatError',
    'ONNX_OPSET',
    'decodeCaffeModel',
    'decodeHdf5',
    'decodeOnnx',
    'decodeSafetensors',
    'decodeTorchFile',
    'encodeSafetensors',
    'permute',
    'quantizeArtifacts',
    'readKeras',
    'readSafetensors',
    'readZip',
    'tensorValues',
    'writeHuggingFace',
    'writeKeras',
    'writeOnnx',
    'writeSafetensors',
    'writeZip',
  ]);
});
