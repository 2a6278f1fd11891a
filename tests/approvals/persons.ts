// People who sign in at an identity provider, as the way back from it does it. The provider itself is not asked.

import { signInIdentity } from '../../src/users/identity/sign-in-identity';
import { startSession } from '../../src/users/sessions/sessions';
import { uuidOf } from '../../src/values/ids';
import type { Store } from '../evidence/stored-tree';
import type { TestApp } from '../support/app';
import { SAME_ORIGIN } from '../support/browser-session';
import { mutate } from '../support/mutate';

const FROM = { remoteAddress: '192.0.2.1', userAgent: 'a browser', requestId: 'test' };

export interface TestPerson {
  /** `usr_...` */
  id: string;
  uuid: string;
  email: string;
  /** Of a browser with a session that began at the provider. */
  headers: Record<string, string>;
}

/** Signs a person in whose verified address is that of a user. @returns the headers of the browser, or why it was refused */
export async function signInAs(
  store: Store,
  issuer: string,
  subject: string,
  email: string,
): Promise<Record<string, string> | string> {
  return store.source.transaction(async (db) => {
    const identity = {
      issuer,
      subject,
      email,
      emailVerified: true,
      fullName: null,
      roles: null,
      providerSession: null,
      providerTime: new Date(),
    };
    const { user, refused } = await signInIdentity(db, identity, { createUsers: false, from: FROM });
    if (refused !== null || user === null) return refused ?? 'no user';
    const actor = { ...FROM, userId: user.id, apiKeyId: null, sessionId: null };
    const started = await startSession(db, {
      actor,
      method: 'OPENID_CONNECT',
      providerSession: null,
      providerTime: new Date(),
      replacedToken: null,
    });
    return { ...SAME_ORIGIN, cookie: `__Host-hl_session=${started.token}` };
  });
}

let made = 0;

/** A user who has signed in at the provider as this person. @param knownForHours since when */
export async function person(
  { app, store, issuer }: { app: TestApp; store: Store; issuer: string },
  { roles = ['SYSTEM_MANAGER'], knownForHours = 25 }: { roles?: string[]; knownForHours?: number } = {},
): Promise<TestPerson & { subject: string }> {
  made += 1;
  const [email, subject] = [`person-${made}@example.com`, `subject-${made}`];
  const { user } = await mutate(app, 'createUser', { name: email, email, roles }, 'user { id }');
  const headers = await signInAs(store, issuer, subject, email);
  if (typeof headers === 'string') throw new Error(headers);
  const uuid = uuidOf('User', user.id) as string;
  await known(store, uuid, knownForHours);
  return { id: user.id, uuid, email, headers, subject };
}

/** The user is this person, with these roles, for so many hours. */
export async function known({ database }: Store, user: string, hours: number): Promise<void> {
  await database.query(
    `update users set standing_since = clock_timestamp() - make_interval(hours => $2) where id = $1`,
    [user, hours],
  );
}
