import { DataError } from './errors';

/** Whether bytes start as a gzip stream does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export interface GunzipOptions {
  /** The file's name, for messages. */
  name?: string;
  /** Unpacking stops with an error beyond this many bytes; default 1 GiB. */
  maxBytes?: number;
  /** `sizeFrom` is called with the first this many unpacked bytes (fewer if the stream is shorter). */
  peekBytes?: number;
  /** The unpacked size in bytes, told by the first bytes; may throw. */
  sizeFrom?: (start: Uint8Array) => number;
}

/**
 * Unpacks a gzip stream with the platform's own `DecompressionStream` (browsers, Node 18 and later).
 *
 * @throws {DataError} `GZIP` if the stream is damaged, cut short, or larger than `maxBytes`.
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const { name = 'bytes', maxBytes = 2 ** 30, peekBytes = 0, sizeFrom } = options;
  const where = `gunzip(${JSON.stringify(name)})`;
  if (!isGzip(bytes)) {
    const found = [...bytes.subarray(0, 2)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    throw new DataError(
      'GZIP',
      `${where}: expected gzip data (1f 8b), got ${found === '' ? 'no bytes' : found}. Is it already unpacked?`,
    );
  }
  let unpacked = new Uint8Array(Math.min(maxBytes, Math.max(1024, bytes.length * 4)));
  let size = 0;
  let limit = maxBytes;
  let peeked = sizeFrom === undefined;
  const peek = () => {
    if (peeked || sizeFrom === undefined) return;
    peeked = true;
    limit = sizeFrom(unpacked.subarray(0, size));
    unpacked = grow(unpacked, size, limit);
  };
  const reader = transform(bytes, new DecompressionStream('gzip')).getReader();
  for (;;) {
    const next = await reader.read().catch((cause: unknown) => {
      throw new DataError(
        'GZIP',
        `${where}: expected a whole gzip stream, got a damaged or cut one. Fetch the file again.`,
        {
          cause,
        },
      );
    });
    if (next.done) break;
    const chunk = next.value;
    const needed = size + chunk.length;
    if (needed > limit) {
      await reader.cancel();
      throw new DataError(
        'GZIP',
        `${where}: expected at most ${limit} unpacked bytes, got more. The file is damaged; fetch it again.`,
      );
    }
    if (needed > unpacked.length) unpacked = grow(unpacked, size, Math.min(limit, needed * 2));
    unpacked.set(chunk, size);
    size = needed;
    if (size >= peekBytes) peek();
  }
  peek();
  return unpacked.subarray(0, size);
}

/** Packs bytes into a gzip stream with the platform's own `CompressionStream`. */
export async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = transform(bytes, new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function transform(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
): ReadableStream<Uint8Array> {
  const source = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return source.pipeThrough(through);
}

function grow(bytes: Uint8Array, used: number, capacity: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(capacity, used));
  larger.set(bytes.subarray(0, used));
  return larger;
}
