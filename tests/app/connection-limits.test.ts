// The warning of a process that may open more connections than the database accepts.
import { randomBytes } from 'node:crypto';
import { createDataSource } from '../../src/database/data-source';
import { warnOfFewConnections } from '../../src/database/pools';
import { useTestDatabase } from '../support/database';

/** More than any limit of the tests' PostgreSQL. */
const TOO_MANY = 100_000;

const database = useTestDatabase();

async function warnings(needed: number, url = database.servingUrl): Promise<string[]> {
  const source = await createDataSource(url, { name: 'room', poolSize: 1 }).initialize();
  const texts: string[] = [];
  const log = { warn: (_details: unknown, text?: string) => void texts.push(text ?? '') };
  await warnOfFewConnections(source, needed, log).finally(() => source.destroy());
  return texts;
}

test('there is none where the database accepts enough', async () => {
  expect(await warnings(1)).toEqual([]);
});

test('max_connections counts without what is reserved', async () => {
  const [kept] = await database.query<{ accepted: number }>(
    `select (select sum(case when name = 'max_connections' then setting::int else -setting::int end)::int from pg_settings
      where name in ('max_connections', 'superuser_reserved_connections', 'reserved_connections')) as accepted`,
  );
  expect(await warnings(TOO_MANY)).toEqual([
    expect.stringContaining(`: ${kept?.accepted} by max_connections, and others have`),
  ]);
});

test('the limit of the database counts with the sessions of other logins', async () => {
  // that of `database` itself, and one more, which `warnings` opens
  await database.query(`alter database ${database.name} connection limit 4`);
  expect(await warnings(3)).toEqual([]);
  expect(await warnings(4)).toEqual([
    `this process opens up to 4 connections, but the database accepts 3: 4 by CONNECTION LIMIT of database ${database.name}, ` +
      `and others have 1. While it has fewer than it needs, callers wait. Raise CONNECTION LIMIT of database ${database.name}, ` +
      'or lower SERVE_CONNECTIONS, DELIVER_CONNECTIONS and READ_CONNECTIONS',
  ]);
  await database.query(`alter database ${database.name} connection limit -1`);
});

test('the limit of the login counts without the sessions of others', async () => {
  const login = `few_${randomBytes(6).toString('hex')}`;
  await database.query(`create role ${login} login connection limit 3 password '${login}'`);
  await database.query(`grant connect on database ${database.name} to ${login}`);
  const url = Object.assign(new URL(database.servingUrl), { username: login, password: login }).href;
  try {
    expect(await warnings(3, url)).toEqual([]);
    expect(await warnings(4, url)).toEqual([
      expect.stringContaining(`accepts 3: 3 by CONNECTION LIMIT of login ${login}, and others have 0`),
    ]);
    // with more sessions, and less room
    await database.query(`alter database ${database.name} connection limit 3`);
    expect(await warnings(4, url)).toEqual([expect.stringContaining('accepts 2: 3 by CONNECTION LIMIT of database')]);
  } finally {
    await database.query(`drop owned by ${login}; drop role ${login}`);
  }
});
