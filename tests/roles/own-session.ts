import type { TestApp } from '../support/app';
import { signIn } from '../support/browser-session';
import type { Ids } from './paths';

/** With a session of the caller, because others than a SYSTEM_MANAGER or AUDITOR see no other. */
export async function withOwnSession(app: TestApp, ids: Ids, token: string | null): Promise<Ids> {
  const own = { ...ids, key: token ?? app.adminKey };
  return { ...own, Session: (await signInAs(app, own)).session.id };
}

/** The inputs of the mutations that end the caller's session, each with a new one. */
export const sessionMutations = (app: TestApp, ids: Ids) => ({
  revokeSession: async () => `input: { id: "${(await signInAs(app, ids)).session.id}" }`,
  revokeSessions: async () => `input: { userId: "${(await signInAs(app, ids)).user.id}" }`,
});

async function signInAs(app: TestApp, { key }: Ids): Promise<{ session: { id: string }; user: { id: string } }> {
  return (await signIn(app.url, key)).json;
}
