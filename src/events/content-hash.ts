import { createHash } from 'node:crypto';

/**
 * What an idempotency key stands for: SHA-256 over type, event, reference, user and the text of the data, each behind
 * its length in bytes. The SQL function event_content_hash() computes the same.
 */
export function contentHash(parts: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest();
}
