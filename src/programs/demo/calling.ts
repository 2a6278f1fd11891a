// The other direction: the partner calls us correctly, once more with the same call, and with a wrong signature.
import { Webhook } from 'standardwebhooks';
import type { Client } from './client';

export interface Calls {
  /** The statuses of the answers: accepted, repeated, refused. */
  statuses: number[];
}

const PAYMENT = {
  type: 'payment.settled',
  timestamp: '2026-03-04T09:30:00.000Z',
  data: { object: { id: 'PAY-0017' }, amount: '48000.50', currency: 'EUR' },
};

/** Creates an INCOMING webhook for a bank, and makes three calls to it. */
export async function callAsBank(client: Client): Promise<Calls> {
  const { createWebhook: made } = await client.ask<{
    createWebhook: { secret: string; address: string; userErrors: { message: string }[] };
  }>(
    `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret address userErrors { message } } }`,
    JSON.stringify({
      input: {
        name: 'The bank',
        direction: 'INCOMING',
        documentType: 'Payment Entry',
        referenceLocation: { from: 'JSON', name: '$.data.object.id' },
      },
    }),
  );
  if (made.userErrors.length > 0) throw new Error(made.userErrors.map((error) => error.message).join('\n'));
  const signer = new Webhook(made.secret);
  const body = JSON.stringify(PAYMENT);
  const id = `msg_${Date.now()}`;
  const call = async (signed: string) => {
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer.sign(id, at, signed),
    };
    return (await fetch(made.address, { method: 'POST', headers, body })).status;
  };
  return { statuses: [await call(body), await call(body), await call(body.replace('48000.50', '1.00'))] };
}
