import type { TestApp } from '../support/app';
import { signIn } from '../support/browser-session';

export async function makeUser(app: TestApp, name: string): Promise<string> {
  const answer = await app.ask(`mutation { createUser(input: { name: "${name}", roles: [SUPPORT] }) { user { id } } }`);
  return answer.data.createUser.user.id;
}

export async function makeRevokedKey(app: TestApp, userId: string): Promise<string> {
  const id = await makeKey(app, userId);
  await app.ask(`mutation { revokeApiKey(input: { id: "${id}" }) { userErrors { message } } }`);
  return id;
}

export async function makeKey(app: TestApp, userId: string): Promise<string> {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  const input = `{ userId: "${userId}", label: "test", networks: ["127.0.0.1"], expiresAt: "${expiresAt}" }`;
  const answer = await app.ask(`mutation { createApiKey(input: ${input}) { token apiKey { id } } }`);
  await signIn(app.url, answer.data.createApiKey.token);
  return answer.data.createApiKey.apiKey.id;
}
