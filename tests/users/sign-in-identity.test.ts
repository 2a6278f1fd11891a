// First sign-ins by OpenID Connect at the same moment. tests/server/sign-in/openid.test.ts has the others.
import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { SERVE } from '../../src/database/pools';
import { type Identity, signInIdentity } from '../../src/users/identity/sign-in-identity';
import { toNodeId } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { publish } from '../support/webhooks';
import { afterWaiting, atOnce } from './at-once';
import { createKeyOf, createUserOf } from './user-keys';

const app = useTestApi();
let source: DataSource;

beforeAll(async () => {
  source = await createDataSource(app.database.servingUrl, { ...SERVE, poolSize: 2 }).initialize();
});
afterAll(() => source?.destroy());

const FROM = { remoteAddress: null, userAgent: null, requestId: 'of a test' };

/** @returns how it ends: the subject that the user is linked to, or why it is refused */
function signIn(subject: string, email: string): () => Promise<string> {
  const identity: Identity = {
    issuer: 'https://login.example.com',
    subject,
    providerSession: null,
    providerTime: new Date(),
    email,
    emailVerified: true,
    fullName: null,
    roles: ['AUDITOR'],
  };
  return async () => {
    const { user, refused } = await source.transaction((db) =>
      signInIdentity(db, identity, { createUsers: true, from: FROM }),
    );
    return refused ?? `linked to ${user.identitySubject}`;
  };
}

const TAKEN = expect.stringMatching(/is not yours to take over/);

async function linksOf(name: string) {
  return app.database.query(
    `select a.criteria::jsonb ->> 'subject' as subject from audit_entries a join users u on u.id = a.subject_id
     where u.name = $1 and a.action = 'identity.linked'`,
    [name],
  );
}

async function userIdOf(name: string): Promise<string> {
  const [user] = await app.database.query<{ id: string }>('select id from users where name = $1', [name]);
  return user?.id as string;
}

test('of two persons with the address that is the name of a user of events, one takes the user over', async () => {
  const email = 'clerk@example.com';
  await publish(app, [{ documentType: 'Order', event: 'on_submit', referenceDocument: 'O-1', user: email, data: {} }]);
  const row = { table: 'users', id: await userIdOf(email) } as const;
  const ends = await atOnce(app.database, row, [signIn('clerk-1', email), signIn('clerk-2', email)]);
  const [linked] = await linksOf(email);
  expect(await linksOf(email)).toHaveLength(1);
  expect(ends.sort()).toEqual([TAKEN, `linked to ${linked?.subject}`]);
});

test('of two persons with an address that no user has, one is created', async () => {
  const email = 'new@example.com';
  const insert = `insert into users (id, name, roles, active, created_at, updated_at)
    values (gen_random_uuid(), $1, '{}', true, now(), now())`;
  const ends = await afterWaiting(app.database, [insert, [email]], [signIn('new-1', email), signIn('new-2', email)]);
  const [linked] = await linksOf(email);
  expect(await linksOf(email)).toHaveLength(1);
  expect(ends.sort()).toEqual([TAKEN, `linked to ${linked?.subject}`]);
  const created = await app.database.query(
    `select from audit_entries where action = 'user.created' and criteria::jsonb -> 'after' ->> 'name' = $1`,
    [email],
  );
  expect(created).toHaveLength(1);
});

test('one person in two windows signs in twice', async () => {
  await createUserOf(app, 'invited', ['SUPPORT']);
  const email = 'invited@example.com';
  await app.database.query('update users set email = $1 where name = $2', [email, 'invited']);
  const row = { table: 'users', id: await userIdOf('invited') } as const;
  const ends = await atOnce(app.database, row, [signIn('invited-1', email), signIn('invited-1', email)]);
  expect(ends).toEqual(['linked to invited-1', 'linked to invited-1']);
  expect(await linksOf('invited')).toHaveLength(1);
});

test('of two persons who come back with one new address, one keeps the old address', async () => {
  for (const name of ['left', 'right']) await signIn(name, `${name}@example.com`)();
  const email = 'both@example.com';
  const insert = `insert into users (id, name, email, roles, active, created_at, updated_at)
    values (gen_random_uuid(), 'holds it for a moment', $1, '{}', true, now(), now())`;
  const ends = await afterWaiting(app.database, [insert, [email]], [signIn('left', email), signIn('right', email)]);
  expect(ends).toEqual(['linked to left', 'linked to right']);
  const holders = await app.database.query('select from users where email = $1', [email]);
  expect(holders).toHaveLength(1);
});

test("two persons who come back with each other's address at the same moment both sign in", async () => {
  for (const name of ['here', 'there']) await signIn(name, `${name}@example.com`)();
  const both = `select from users where email in ('here@example.com', 'there@example.com') for no key update`;
  const ends = await afterWaiting(
    app.database,
    [both, []],
    [signIn('here', 'there@example.com'), signIn('there', 'here@example.com')],
  );
  expect(ends).toEqual(['linked to here', 'linked to there']);
});

test.each<[string, string, (id: string) => Promise<unknown>]>([
  [
    'a role',
    'with-role@example.com',
    (id) => app.database.query(`update users set roles = '{AUDITOR}' where id = $1`, [id]),
  ],
  ['a key', 'with-key@example.com', (id) => createKeyOf(app, { userId: toNodeId('User', id) })],
])('a user with %s is not taken over by a person whose address is the name of the user', async (_what, name, give) => {
  await createUserOf(app, name, []);
  const id = await userIdOf(name);
  await give(id);
  expect(await signIn(`of ${name}`, name)()).toEqual(TAKEN);
  expect(await linksOf(name)).toEqual([]);
});
