import { Client } from 'pg';
import type { Secrets } from './secrets';

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
