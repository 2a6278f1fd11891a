import { createHmac, type KeyObject, sign } from 'node:crypto';
import type { SignatureScheme } from '../../webhooks/webhook.entity';

/** A decrypted signing secret. */
export interface SigningKey {
  id: string;
  scheme: SignatureScheme;
  key: KeyObject;
}

/**
 * The headers that authenticate a delivery. V1 and V1A sign `id.timestamp.body` (Standard Webhooks 1.0.0, "Signature
 * scheme"), once with each key, so that a receiver can verify with the old or the new one during a rotation. FRAPPE signs
 * the body only, once.
 * @param id the same for every attempt, so that a receiver recognises repetitions
 * @param timestamp of this attempt, in seconds since 1970
 * @param keys newest first
 */
export function signatureHeaders(
  id: string,
  timestamp: number,
  body: Buffer,
  keys: readonly SigningKey[],
): [string, string][] {
  const start = `${id}.${timestamp}.`;
  const v1 = keys.filter((each) => each.scheme === 'V1').map(({ key }) => `v1,${hmac(key, start, body)}`);
  const v1a = keys.filter((each) => each.scheme === 'V1A').map(({ key }) => `v1a,${ed25519(key, start, body)}`);
  const frappe = keys.find((each) => each.scheme === 'FRAPPE');
  const headers: [string, string][] = [
    ['webhook-id', id],
    ['webhook-timestamp', String(timestamp)],
  ];
  if (v1.length + v1a.length > 0) headers.push(['webhook-signature', [...v1, ...v1a].join(' ')]);
  if (frappe) headers.push(['X-Frappe-Webhook-Signature', hmac(frappe.key, '', body)]);
  return headers;
}

function hmac(key: KeyObject, start: string, body: Buffer): string {
  return createHmac('sha256', key).update(start).update(body).digest('base64');
}

// ed25519 reads its message twice (RFC 8032, section 5.1.6), so it cannot be streamed
function ed25519(key: KeyObject, start: string, body: Buffer): string {
  return sign(null, Buffer.concat([Buffer.from(start), body]), key).toString('base64');
}
