import type { TestApp } from '../../support/app';
import { URL } from '../webhook-changes';

const SECRETS = 'secret publicKey frappeSecret';
const PAYLOADS = {
  createWebhook: SECRETS,
  updateWebhook: SECRETS,
  rotateWebhookSecret: 'secret publicKey',
};

/** Runs a mutation that makes secrets. @returns its payload @throws Error with the code of a top-level error */
export async function sign(app: TestApp, mutation: keyof typeof PAYLOADS, input: object, key?: string) {
  const type = mutation.charAt(0).toUpperCase() + mutation.slice(1);
  const { data, errors } = await app.ask(
    `mutation ($input: ${type}Input!) {
      ${mutation}(input: $input) {
        webhook { id signatures } ${PAYLOADS[mutation]} userErrors { field code message }
      }
    }`,
    { input },
    key,
  );
  if (errors) throw new Error(errors.map(({ extensions, message }) => `${extensions.code}: ${message}`).join('; '));
  return data[mutation];
}

/** @throws Error with the user errors of a refusal */
export async function signed(app: TestApp, mutation: keyof typeof PAYLOADS, input: object) {
  const payload = await sign(
    app,
    mutation,
    mutation === 'createWebhook' ? { name: 'Partner', url: URL, ...input } : input,
  );
  if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
  return payload;
}

export interface SigningKey {
  id: string;
  scheme: string;
  createdAt: string;
  expiresAt: string | null;
  live: boolean;
  publicKey: string | null;
}

/** Newest first. */
export async function signingKeysOf(app: TestApp, id: string): Promise<SigningKey[]> {
  const query =
    'query ($id: ID!) { webhook(id: $id) { signingKeys { id scheme createdAt expiresAt live publicKey } } }';
  return (await app.ask(query, { id })).data.webhook.signingKeys;
}
