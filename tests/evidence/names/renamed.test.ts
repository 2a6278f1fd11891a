// An owner of the database who renames users and webhooks, or adds and deletes them, with the triggers off.
import { seal } from '../../../src/evidence/seal';
import type { Scope } from '../../../src/evidence/verifying/scope';
import { newId, toNodeId } from '../../../src/values/ids';
import { type Store, storeForEach, tamperWith, verify } from '../stored-tree';

const started = storeForEach();
let store: Store;
let jane: string;
let partner: string;

beforeEach(async () => {
  store = started();
  jane = await userNamed('jane');
  await userNamed('john');
  partner = newId();
  await store.database.query(
    `insert into webhooks (id, name, direction, status, events, timeout_ms, owner_id, created_at, updated_at)
     values ($1, 'Partner', 'OUTGOING', 'ACTIVE', '{}', 5000, $2, now(), now())`,
    [partner, jane],
  );
  await sealAll();
  expect(await found()).toEqual([]);
});

async function userNamed(name: string): Promise<string> {
  const id = newId();
  await store.database.query(
    `insert into users (id, name, full_name, roles, active, created_at, updated_at) values ($1, $2, 'A Person', '{}', true, now(), now())`,
    [id, name],
  );
  return id;
}

async function sealAll(): Promise<void> {
  while (await seal(store.transaction, store.keyring, 'erp.example.com'));
}

const tamper = (...statements: string[]) => tamperWith(store.database, statements);
async function found(scope?: Scope): Promise<string[]> {
  const findings = await verify(store, 'ROWS', [], scope);
  return findings.map(({ name, kind, message }) => `${name} ${kind}: ${message}`).sort();
}
const user = () => `user ${toNodeId('User', jane)}`;
const webhook = () => `webhook ${toNodeId('Webhook', partner)}`;
const renamed = (of: string) => `CHANGED name: The ${of} has another name than the one sealed last.`;

test('another name, another full name and another name of a webhook are CHANGED', async () => {
  await tamper(`update users set name = 'mallory' where id = '${jane}'`);
  expect(await found()).toEqual([renamed(user())]);
  await tamper(`update users set name = 'jane', full_name = null where id = '${jane}'`);
  expect(await found()).toEqual([renamed(user())]);
  await tamper(
    `update users set full_name = 'A Person' where id = '${jane}'`,
    `update webhooks set name = 'Other' where id = '${partner}'`,
  );
  expect(await found()).toEqual([renamed(webhook())]);
});

test('a name that was changed in the record too is no more what was sealed', async () => {
  await tamper(
    `update users set name = 'mallory' where id = '${jane}'`,
    `update names set name = 'mallory' where subject_id = '${jane}'`,
  );
  expect(await found()).toEqual(['CHANGED name: The row is not what was recorded.']);
});

test('a user who was renamed back, with the later name deleted, is found by the leaf', async () => {
  await store.database.query(`update users set name = 'jane.doe' where id = $1`, [jane]);
  await sealAll();
  expect(await found()).toEqual([]);
  await tamper(
    `update users set name = 'jane' where id = '${jane}'`,
    `delete from names where subject_id = '${jane}' and number = 2`,
  );
  expect(await found()).toEqual(['DELETED name: A row was sealed, and is no longer there.']);
});

test('a user who was deleted is DELETED, and one who was inserted NOT_SEALED', async () => {
  const other = newId();
  await tamper(
    `delete from webhooks where id = '${partner}'`,
    `delete from users where id = '${jane}'`,
    `insert into users (id, name, roles, active, created_at, updated_at) values ('${other}', 'mallory', '{}', true, now(), now())`,
  );
  expect(await found()).toEqual([
    `DELETED name: The ${user()} is gone, whose name was sealed.`,
    `DELETED name: The ${webhook()} is gone, whose name was sealed.`,
    `NOT_SEALED name: The name of the user ${toNodeId('User', other)} is not sealed.`,
  ]);
});

test('a part of the log has the users and webhooks that were created in it, or that are given', async () => {
  await tamper(`update users set name = 'mallory' where id = '${jane}'`);
  const ofIds = (...ids: string[]): Scope => ({ kind: 'IDS', from: null, to: null, ids });
  const range = (from: number, to: number): Scope => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    return { kind: 'RANGE', from: at(from), to: at(to), ids: null };
  };
  expect(await found(ofIds(toNodeId('Webhook', partner)))).toEqual([]);
  expect(await found(ofIds(toNodeId('Webhook', partner), toNodeId('User', jane)))).toEqual([renamed(user())]);
  expect(await found(range(-3_600_000, 60_000))).toEqual([renamed(user())]);
  expect(await found(range(-7_200_000, -3_600_000))).toEqual([]);
  const nobody = toNodeId('User', newId());
  expect(await found(ofIds(nobody))).toEqual([
    `DELETED null: There is no user ${nobody}: it was removed, or it never was.`,
  ]);
});

test('users whose names were restored before them, as by pg_restore --data-only, get no second name', async () => {
  const id = newId();
  await store.database.query(
    `insert into names (id, subject_type, subject_id, number, at, name)
     values (new_id(), 'User', $1, 1, date_trunc('milliseconds', clock_timestamp()), 'restored')`,
    [id],
  );
  await store.database.query(
    `insert into users (id, name, roles, active, created_at, updated_at) values ($1, 'restored', '{}', true, now(), now())`,
    [id],
  );
  await sealAll();
  expect(await store.database.query('select number from names where subject_id = $1', [id])).toEqual([{ number: 1 }]);
  expect(await found()).toEqual([]);
});

test('a name may only be erased, by the owner too, and nobody else writes one', async () => {
  const { database } = store;
  await expect(database.query(`update names set name = 'mallory' where subject_id = '${jane}'`)).rejects.toThrow(
    'write-once',
  );
  await expect(database.query('delete from names')).rejects.toThrow('write-once');
  await expect(database.query('truncate names')).rejects.toThrow('write-once');
  await expect(
    store.source.query(
      `insert into names (id, subject_type, subject_id, number, at, name) values (new_id(), 'User', $1, 2, now(), 'mallory')`,
      [jane],
    ),
  ).rejects.toThrow('permission denied');
});
