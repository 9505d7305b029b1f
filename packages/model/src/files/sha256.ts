/**
 * The sha256 of bytes in hexadecimal digits, by the platform's Web Crypto; undefined where there is none (pages that came over plain http).
 */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  const { crypto } = globalThis as { crypto?: { subtle?: SubtleCrypto } };
  if (crypto?.subtle === undefined) return undefined;
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
