import type { TestApp } from '../support/app';

const KEY = 'id keyId label roles createdAt expiresAt revokedAt lastUsedAt user { id }';

export async function createUserOf(app: TestApp, name: string, roles: string[]): Promise<string> {
  const { data } = await app.ask(
    'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } userErrors { message } } }',
    { input: { name, roles } },
  );
  return data.createUser.user.id;
}

export async function createKeyOf(app: TestApp, input: { userId: string } & Record<string, unknown>) {
  const { data, errors } = await app.ask(
    `mutation ($input: CreateApiKeyInput!) {
      createApiKey(input: $input) { apiKey { ${KEY} } token userErrors { field code message } }
    }`,
    { input: { label: 'test', ...input } },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.createApiKey;
}

export async function revokeKeyOf(app: TestApp, id: string, key?: string) {
  const { data } = await app.ask(
    `mutation ($input: RevokeApiKeyInput!) {
      revokeApiKey(input: $input) { apiKey { ${KEY} } userErrors { field code message } }
    }`,
    { input: { id } },
    key,
  );
  return data.revokeApiKey;
}
