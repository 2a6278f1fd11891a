import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from '../../support/app';

const CREDENTIALS = 'kind name tokenUrl scope audience clientAuthentication expiresAt createdAt';

/** @returns the payload of the mutation @throws Error with what is not a user error */
export async function saveWebhook(
  app: TestApp,
  mutation: 'createWebhook' | 'updateWebhook',
  input: object,
  key?: string,
) {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const { data, errors } = await app.ask(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) {
      webhook { id credentials { ${CREDENTIALS} } } userErrors { field code message } } }`,
    { input },
    key,
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data[mutation];
}

export const createWithCredentials = (app: TestApp, input: object = {}) =>
  saveWebhook(app, 'createWebhook', { name: 'Partner', url: 'https://partner.example/hooks', ...input });

export const namesOf = ({ webhook }: { webhook: { credentials: { kind: string; name: string }[] } }) =>
  webhook.credentials.map(({ kind, name }) => `${kind} ${name}`);

export function pem(name: string): string {
  return readFileSync(join(__dirname, '../../delivery/fixtures', `${name}.pem`), 'utf8');
}

export const basicAuth = { username: 'hookledger', password: 'pass-swordfish-wörd' };
export const oauth2 = {
  tokenUrl: 'https://auth.example/token',
  clientId: 'our-client',
  clientSecret: 'client-swordfish-secret',
};
export const clientCertificate = { certificate: pem('client'), privateKey: pem('client-key') };
export const header = (name: string, value: string | null = `value-swordfish-of-${name}`) => ({ name, value });
