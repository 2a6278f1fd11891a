import type { GraphQLAnswer, TestApp } from '../support/app';
import { askIn, sessionFor, signIn } from '../support/browser-session';
import type { Ids } from './paths';

/** With a session of the caller, because others than a SYSTEM_MANAGER or AUDITOR see no other. */
export async function withOwnSession(app: TestApp, ids: Ids, token: string | null): Promise<Ids> {
  const own = { ...ids, key: token ?? app.adminKey };
  return { ...own, Session: (await signInAs(app, own)).session.id, 'Session.endedBy': await endedSession(app, own) };
}

async function endedSession(app: TestApp, ids: Ids): Promise<string> {
  const { id } = (await signInAs(app, ids)).session;
  await app.ask(`mutation { revokeSession(input: { id: "${id}" }) { userErrors { message } } }`);
  return id;
}

/** The inputs of the mutations that end the caller's session, each with a new one. */
export const sessionMutations = (app: TestApp, ids: Ids) => ({
  revokeSession: async () => `input: { id: "${(await signInAs(app, ids)).session.id}" }`,
  revokeSessions: async () => `input: { userId: "${(await signInAs(app, ids)).user.id}" }`,
});

async function signInAs(app: TestApp, { key }: Ids): Promise<{ session: { id: string }; user: { id: string } }> {
  return (await signIn(app.url, key)).json;
}

/** What a person must do, in a session. */
const NEEDS_SESSION = ['revealContent'];

/** Asks with the key, or where it must be a person, in a session of theirs. */
export async function askAs(app: TestApp, token: string | null, query: string): Promise<GraphQLAnswer> {
  if (token === null || !NEEDS_SESSION.some((name) => query.startsWith(`mutation { ${name}`))) {
    return app.ask(query, undefined, token);
  }
  return askIn(app.url, await sessionFor(app.url, token), query);
}
