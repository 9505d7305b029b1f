import { backend_util, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { allFloat, define, input } from './define';

/** Concat, Slice and SplitV as copies of rows. */
export function registerLayouts(): void {
  define<{ axis: number }>('Concat', (backend, inputs, attributes) => {
    const tensors = (Object.values(inputs) as TensorInfo[]).filter((t) => util.sizeFromShape(t.shape) > 0);
    if (tensors.length < 2 || !allFloat(...tensors)) return undefined;
    const axis = util.parseAxisParam(attributes.axis, tensors[0].shape)[0];
    const shapes = tensors.map((t) => t.shape);
    backend_util.assertParamsConsistent(shapes, axis);
    const { info, values } = backend.allocate(backend_util.computeOutShape(shapes, axis));
    const rows = util.sizeFromShape(info.shape.slice(0, axis));
    let offset = 0;
    for (const tensor of tensors) {
      const length = util.sizeFromShape(tensor.shape) / rows;
      backend.addon.copyRows(
        backend.floats(tensor),
        values,
        Float64Array.of(rows, length, 0, length, offset, values.length / rows),
      );
      offset += length;
    }
    return info;
  });

  define<{ begin: number | number[]; size: number | number[] }>('Slice', (backend, inputs, attributes) => {
    const x = input(inputs, 'x');
    if (!allFloat(x)) return undefined;
    const [begin, size] = slice_util.parseSliceParams(x, attributes.begin, attributes.size);
    slice_util.assertParamsValid(x, begin, size);
    const cut = size.flatMap((length, d) => (length === x.shape[d] ? [] : [d]));
    if (util.sizeFromShape(size) === 0 || cut.length > 1) return undefined;
    const axis = cut[0] ?? 0;
    const inner = util.sizeFromShape(x.shape.slice(axis + 1));
    const { info, values } = backend.allocate(size);
    const length = (size[axis] ?? 1) * inner;
    const stride = (x.shape[axis] ?? 1) * inner;
    backend.addon.copyRows(
      backend.floats(x),
      values,
      Float64Array.of(values.length / length, length, (begin[axis] ?? 0) * inner, stride, 0, length),
    );
    return info;
  });

  define<{ numOrSizeSplits: number[] | number; axis: number }>('SplitV', (backend, inputs, attributes) => {
    const x = input(inputs, 'x');
    if (!allFloat(x)) return undefined;
    const axis = util.parseAxisParam(attributes.axis, x.shape)[0];
    const sizes = backend_util.prepareSplitSize(x, attributes.numOrSizeSplits, axis);
    if (sizes.some((size) => size === 0)) return undefined;
    const inner = util.sizeFromShape(x.shape.slice(axis + 1));
    const stride = x.shape[axis] * inner;
    let offset = 0;
    return sizes.map((size) => {
      const { info, values } = backend.allocate(x.shape.with(axis, size));
      const length = size * inner;
      backend.addon.copyRows(
        backend.floats(x),
        values,
        Float64Array.of(values.length / length, length, offset, stride, 0, length),
      );
      offset += length;
      return info;
    });
  });
}
