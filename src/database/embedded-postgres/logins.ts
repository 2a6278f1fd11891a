import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { errorCode, writePrivateFile } from './files';

export interface Secrets {
  /** Base64 of 32 bytes. */
  encryptionKey: string;
  /** Hexadecimal, so that they need no quoting in SQL or in a URL. */
  passwords: { superuser: string; owner: string; serving: string };
}

/** null: this data directory has never had secrets. */
export async function findSecrets(file: string): Promise<Secrets | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const secrets = parse(text);
  if (secrets) return secrets;
  throw new Error(
    `${file} is not what was written there (encryptionKey: base64 of 32 bytes; passwords: superuser, owner, serving; ` +
      'each hexadecimal). Bring the file back: what was encrypted with its key cannot be read without it',
  );
}

export async function createSecrets(file: string): Promise<Secrets> {
  const password = () => randomBytes(24).toString('hex');
  const secrets: Secrets = {
    encryptionKey: randomBytes(32).toString('base64'),
    passwords: { superuser: password(), owner: password(), serving: password() },
  };
  await writePrivateFile(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function parse(text: string): Secrets | null {
  try {
    const { encryptionKey, passwords } = JSON.parse(text) as Secrets;
    const { superuser, owner, serving } = passwords;
    const isWhole =
      Buffer.from(encryptionKey, 'base64').length === 32 &&
      [superuser, owner, serving].every((password) => /^[0-9a-f]{48}$/.test(password));
    return isWhole ? { encryptionKey, passwords: { superuser, owner, serving } } : null;
  } catch {
    return null;
  }
}

export interface Urls {
  servingUrl: string;
  migrationUrl: string;
  superuserUrl: string;
}

/** TCP at 127.0.0.1, and the folder of the Unix socket; null: none. */
export interface ServerAddress {
  port: number;
  socketFolder: string | null;
}

/** As libpq and `pg` read them: `host` is preferred to 127.0.0.1, which is for programs without Unix sockets. */
export function urlsAt({ port, socketFolder }: ServerAddress, { passwords }: Secrets): Urls {
  const socket = socketFolder === null ? '' : `?host=${encodeURIComponent(socketFolder)}`;
  return {
    servingUrl: `postgres://hookledger:${passwords.serving}@127.0.0.1:${port}/hookledger${socket}`,
    migrationUrl: `postgres://hookledger_owner:${passwords.owner}@127.0.0.1:${port}/hookledger${socket}`,
    superuserUrl: `postgres://postgres:${passwords.superuser}@127.0.0.1:${port}/postgres${socket}`,
  };
}

/**
 * Creates missing logins and the database, at every start: a start that died in between is completed by the next one.
 */
export async function prepareLogins(superuserUrl: string, { passwords }: Secrets): Promise<void> {
  await connected(superuserUrl, async (client) => {
    await hashOnce(client);
    await prepareLogin(client, 'postgres', passwords.superuser);
    await prepareLogin(client, 'hookledger_owner', passwords.owner);
    await prepareLogin(client, 'hookledger', passwords.serving);
    // its owner may not create roles
    for (const name of ['hookledger_retention', 'hookledger_reader']) await prepareRole(client, name);
    const { rowCount } = await client.query(`select from pg_database where datname = 'hookledger'`);
    if (!rowCount) await client.query('create database hookledger owner hookledger_owner');
    await client.query(`
      revoke all on database hookledger from public;
      grant connect on database hookledger to hookledger`);
  });
  const databaseUrl = new URL(superuserUrl);
  databaseUrl.pathname = '/hookledger';
  await connected(databaseUrl.href, (client) => client.query('alter schema public owner to hookledger_owner'));
}

/**
 * The passwords are random and long, so that thousands of iterations of SCRAM protect nothing: they would cost each new
 * connection 3 ms of CPU. PostgreSQL 15 has no such setting.
 */
async function hashOnce(client: Client): Promise<void> {
  await client.query(`select set_config(name, '1', false) from pg_settings where name = 'scram_iterations'`);
}

async function prepareLogin(client: Client, name: string, password: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  await client.query(`${rowCount ? 'alter' : 'create'} role ${name} login password '${password}'`);
}

async function prepareRole(client: Client, name: string): Promise<void> {
  const { rowCount } = await client.query('select from pg_roles where rolname = $1', [name]);
  if (!rowCount) await client.query(`create role ${name} nologin`);
}

async function connected(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {}); // the server ended meanwhile: the query fails with it
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
