import { uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';

export interface Owner {
  userId: string;
  email: string;
  webhookId: string;
}

let owners = 0;

/** A user with a verified address who owns a webhook. @param name of the webhook, which the API might refuse */
export async function createOwner(app: TestApp, name = 'CRM', email?: string): Promise<Owner> {
  owners += 1;
  const address = email ?? `owner-${owners}@example.com`;
  const input = { name: `owner-${owners}`, roles: ['INTEGRATION_MANAGER'] };
  const { user } = await mutate(app, 'createUser', input, 'user { id }');
  const userId = uuidOf('User', user.id) as string;
  await app.database.query('update users set email = $2, email_verified = true where id = $1', [userId, address]);
  const url = 'https://partner.example.com/hook';
  const { webhook } = await mutate(app, 'createWebhook', { name: 'CRM', url, ownerId: user.id }, 'webhook { id }');
  const webhookId = uuidOf('Webhook', webhook.id) as string;
  await app.database.query('update webhooks set name = $2 where id = $1', [webhookId, name]);
  return { userId, email: address, webhookId };
}

/** As if the pause of all users had ended. */
export function passTime(app: TestApp): Promise<unknown> {
  return app.database.query('update mail_recipients set next_at = now()');
}

export function forgetMails(app: TestApp): Promise<unknown> {
  return app.database.query('truncate mail_notices, mail_recipients, mail_conditions, expiry_reminders');
}
