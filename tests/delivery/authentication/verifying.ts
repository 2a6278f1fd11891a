import { createHmac, createPublicKey, verify } from 'node:crypto';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import type { ReceivedCall } from '../../support/receiver';

export const signaturesOf = (call: ReceivedCall) => String(call.headers['webhook-signature']).split(' ');
export const frappeOf = (call: ReceivedCall) => call.headers['x-frappe-webhook-signature'];
export const hmacOf = (secret: string, body: Buffer) => createHmac('sha256', secret).update(body).digest('base64');

/** Packages of others that verify signatures of Standard Webhooks. */
export const PACKAGES = { standardwebhooks: StandardWebhook, svix: SvixWebhook };

export function verifyBy(name: string, secret: string, { body, headers }: ReceivedCall, changes: object = {}): unknown {
  const Webhook = PACKAGES[name as keyof typeof PACKAGES];
  return new Webhook(secret).verify(body.toString(), { ...(headers as Record<string, string>), ...changes });
}

/** Verifies with Node's ed25519 what a partner has: `whpk_...` and the call. */
export function checksEd25519(publicKey: string, { headers, body }: ReceivedCall): boolean {
  const x = Buffer.from(publicKey.replace('whpk_', ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const content = Buffer.concat([Buffer.from(`${headers['webhook-id']}.${headers['webhook-timestamp']}.`), body]);
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((signature) => signature.startsWith('v1a,'))
    .some((signature) => verify(null, content, key, Buffer.from(signature.slice('v1a,'.length), 'base64')));
}
