// The database as a process would open it, with a finding for each address that cannot be used.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { parseEnv } from 'node:util';
import { type Config, readConfig } from '../../config/config';
import { type Database, openDatabase } from '../../database/database';
import { databaseAddress, lastingFault } from '../../database/start-with-database';
import { versionFault } from '../../database/versions';
import { createLog } from '../../logging/log';
import { reasonOf } from '../../sql/database-errors';
import { SafeClient, sessionConfig } from '../../sql/session';
import { certificateFinding } from './certificate';
import { type Finding, fault, faultOf, ok } from './finding';

const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;

type Opened = Pick<Database, 'servingUrl' | 'ownerUrl' | 'encryptionKeys' | 'cluster' | 'stop'>;

/** @returns database: null if there is none to look at */
export async function findDatabase(config: Config): Promise<{ database: Opened | null; findings: Finding[] }> {
  const { dataDir } = config;
  if (config.databaseUrl === null && !existsSync(join(dataDir, 'embedded-postgres.json'))) {
    return { database: null, findings: [ok('database', `${dataDir} has none yet: the first start makes it.`)] };
  }
  try {
    const database = await openDatabase(config, createLog('silent'), () => undefined);
    return { database, findings: [] };
  } catch (error) {
    if ((error as Error).name !== 'AlreadyRunning') return { database: null, findings: [faultOf('database', error)] };
    // that of a server that is running, which has written how to connect
    const running = readConfig(parseEnv(readFileSync(join(dataDir, 'connection.env'), 'utf8')));
    return { database: await openDatabase(running, createLog('silent'), () => undefined), findings: [] };
  }
}

export interface Connected {
  /** null: it cannot be used. */
  client: SafeClient | null;
  findings: Finding[];
}

/** A session of its own. @param setting the name of the address */
export async function connect(setting: string, url: string): Promise<Connected> {
  const where = `The database at ${databaseAddress(url)}`;
  const client = new SafeClient({
    ...sessionConfig({ name: 'doctor', statementTimeoutMs: STATEMENT_MS }),
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
  });
  const { connection } = client as unknown as { connection: Wire };
  let version = '';
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    if (parameterName === 'server_version') version = parameterValue;
  });
  try {
    await client.connect();
  } catch (error) {
    const lasting = lastingFault(error, [url]);
    const message = lasting ? `${where} ${lasting}` : `${where} cannot be reached: ${reasonOf(error)}.`;
    const cure = lasting ? null : `Start it, or correct ${setting}.`;
    return { client: null, findings: [fault(setting, message, cure)] };
  }
  const { stream } = connection;
  const certificate = stream instanceof TLSSocket ? certificateFinding(setting, 'the server', stream) : [];
  const wrong = versionFault(version);
  if (wrong !== null) {
    await client.end();
    const cure = 'Upgrade it (docs/backup.md), or name another server.';
    return { client: null, findings: [fault(setting, wrong, cure), ...certificate] };
  }
  return { client, findings: [ok(setting, `${where} is PostgreSQL ${version}.`), ...certificate] };
}

/** Below the client: missing in the types of pg. */
interface Wire {
  stream: unknown;
  on(event: 'parameterStatus', listener: (status: { parameterName: string; parameterValue: string }) => void): void;
}
