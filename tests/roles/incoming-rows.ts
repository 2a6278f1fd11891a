import { uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';

/** An INCOMING webhook that has a value wherever one may be missing, with a refused call that was not kept. */
export async function incomingWebhook(app: TestApp, forwardTo: string[]): Promise<string> {
  const place = { from: 'JSON', name: '$.id' };
  const input = {
    name: 'Incoming',
    direction: 'INCOMING',
    provider: 'HMAC',
    verification: { header: 'x-signature' },
    eventLocation: place,
    idLocation: place,
    referenceLocation: place,
    answer: { statusCode: 202, body: 'ok', contentType: 'text/plain' },
    ...(forwardTo.length > 0 && { becomes: 'FORWARD', forwardTo }),
  };
  const answer = await app.ask(
    'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id } userErrors { message } } }',
    { input },
  );
  const { id } = answer.data.createWebhook.webhook;
  await app.database.query(`insert into unrecorded_refusals values ($1, now(), 'BAD_SIGNATURE', 7)`, [
    uuidOf('Webhook', id),
  ]);
  return id;
}
