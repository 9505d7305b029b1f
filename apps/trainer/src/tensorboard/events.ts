import { bytes, double, float, integer, message } from './protobuf';
import { tfRecord } from './tf-record';

/*
 * The events of TensorBoard, each as a record of its file.
 * @see tensorboard/compat/proto: event.proto, summary.proto; tensorboard/plugins/hparams/plugin_data.proto
 */

/** When and where in training something was measured. */
export interface Moment {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
}

/** A single value of a setting, as the table of hyper-parameters takes it. */
export type HyperParameter = string | number | boolean;

/** What each file begins with. */
export function versionRecord(wallTime: number): Uint8Array {
  return tfRecord(message(double(1, wallTime), bytes(3, 'brain.Event:2')));
}

/** Numbers by their tags, `step/loss`. */
export function scalarsRecord(moment: Moment, scalars: Readonly<Record<string, number>>): Uint8Array {
  return summaryRecord(
    moment,
    Object.entries(scalars).map(([tag, value]) => message(bytes(1, tag), float(2, value))),
  );
}

/** A PNG file under a tag. */
export function pngRecord(moment: Moment, tag: string, png: Buffer): Uint8Array {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const RGB = 3;
  const image = message(integer(1, height), integer(2, width), integer(3, RGB), bytes(4, png));
  return summaryRecord(moment, [message(bytes(1, tag), bytes(4, image))]);
}

/**
 * The settings of a run, with which the table of hyper-parameters lists it.
 * @param group - runs of one group are told apart by nothing but chance.
 */
export function runStartRecord(
  wallTime: number,
  settings: Readonly<Record<string, HyperParameter>>,
  group: string,
): Uint8Array {
  const entries = Object.entries(settings).map(([name, value]) =>
    bytes(1, message(bytes(1, name), bytes(2, jsonValue(value)))),
  );
  const start = message(...entries, bytes(4, group), double(5, wallTime));
  return hyperParameterRecord(wallTime, '_hparams_/session_start_info', bytes(3, start));
}

/** That a run came to its end. */
export function runEndRecord(wallTime: number): Uint8Array {
  const SUCCESS = 1;
  const end = message(integer(1, SUCCESS), double(2, wallTime));
  return hyperParameterRecord(wallTime, '_hparams_/session_end_info', bytes(4, end));
}

function hyperParameterRecord(wallTime: number, tag: string, data: Uint8Array): Uint8Array {
  const metadata = bytes(1, message(bytes(1, 'hparams'), bytes(2, data)));
  return summaryRecord({ wallTime, step: 0 }, [message(bytes(1, tag), bytes(9, metadata))]);
}

function summaryRecord({ wallTime, step }: Moment, values: readonly Uint8Array[]): Uint8Array {
  const summary = message(...values.map((value) => bytes(1, value)));
  // As in every protobuf of version 3, a field of value 0 is left out.
  return tfRecord(message(double(1, wallTime), ...(step === 0 ? [] : [integer(2, step)]), bytes(5, summary)));
}

/** `google.protobuf.Value`. */
function jsonValue(value: HyperParameter): Uint8Array {
  if (typeof value === 'number') return double(2, value);
  return typeof value === 'boolean' ? integer(4, Number(value)) : bytes(3, value);
}
