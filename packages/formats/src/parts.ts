/**
 * A piece of a file: bytes, or bytes of a known number that are made when the file is put together.
 *
 * So a file takes its own size once, and weights are read from the engine one after the other.
 */
export type Part = Uint8Array | LazyPart;

/** Bytes that are made when they are wanted. */
export interface LazyPart {
  readonly byteLength: number;
  /** Writes all bytes of the part into `target`, which is exactly as long. */
  fill(target: Uint8Array): void | Promise<void>;
}

/** Bytes of all parts together. */
export function byteLengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

/** Bytes one after the other, in one allocation. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(byteLengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** As {@link joined}, without a copy where there is one piece only. */
export function joinedView(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 ? pieces[0] : joined(pieces);
}

/** The file that parts make, in one allocation. */
export async function assemble(parts: readonly Part[]): Promise<Uint8Array<ArrayBuffer>> {
  const file = new Uint8Array(byteLengthOf(parts));
  let at = 0;
  for (const part of parts) {
    if (part instanceof Uint8Array) file.set(part, at);
    else await part.fill(file.subarray(at, at + part.byteLength));
    at += part.byteLength;
  }
  return file;
}
