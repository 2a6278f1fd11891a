import { createHash } from 'node:crypto';

/**
 * The hash by which two events with one idempotency key are compared: SHA-256 over document type, event, reference,
 * user and the text of the data, each preceded by its length in bytes. The SQL function event_content_hash() computes
 * the same.
 */
export function contentHash(parts: readonly string[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`);
  return hash.digest();
}
