import { createHmac } from 'node:crypto';

/**
 * The headers that prove a delivery (Standard Webhooks 1.0.0, "Signature scheme", symmetric): an HMAC-SHA256 over
 * `id.timestamp.body`, one for each live secret, so that a receiver may hold an old one while it is replaced.
 * @param id the same for every attempt, so that a receiver can recognise a repetition
 * @param timestamp of this attempt, whole seconds since 1970
 */
export function signatureHeaders(
  id: string,
  timestamp: number,
  body: Buffer,
  secrets: readonly Buffer[],
): [string, string][] {
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body);
    return `v1,${hmac.digest('base64')}`;
  });
  return [
    ['webhook-id', id],
    ['webhook-timestamp', String(timestamp)],
    ['webhook-signature', signatures.join(' ')],
  ];
}
