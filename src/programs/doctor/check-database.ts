// What a database must be like for the server: its settings, rights, months, clock, and the state of the work in it.
import { existsSync } from 'node:fs';
import { refuseMissingEncryptionKeys } from '../../app/settings';
import type { Config } from '../../config/config';
import type { createDataSource, DataSourceOptions } from '../../database/data-source';
import { refusePowerfulLogin } from '../../database/database';
import { followDatabaseClock } from '../../database/database-clock';
import { MONTHS_AHEAD } from '../../database/partitions';
import { mostConnections } from '../../database/pool-sizes';
import { narrowestLimit } from '../../database/pools';
import { isPrepared } from '../../database/prepared-logins';
import { checkReadiness } from '../../database/readiness';
import { refuseWithoutMigrations } from '../../database/stored-migrations';
import { countDeadLetters } from '../../delivery/queue/dead-letter.store';
import type { Keyring } from '../../keyring/keyring';
import { createLog } from '../../logging/log';
import type { SafeClient } from '../../sql/session';
import { PARTS, type PartHealth, readSystemHealth } from '../../system/system-health';
import { clockDifferenceMs } from '../../time/clock';
import { checkDisk, sizeOf } from './check-machine';
import { type Finding, fault, faultOf, ok, warning } from './finding';
import { dataDirectory, missingMonths, serverSettings, unreadableTables } from './server-facts.store';

export const DOCTOR = { name: 'doctor', poolSize: 2, statementTimeoutMs: 30_000 } satisfies DataSourceOptions;

export interface DatabaseToCheck {
  config: Config;
  /** As the server uses it. */
  source: ReturnType<typeof createDataSource>;
  keyring: Keyring;
  /** Of the login that migrates; null: it cannot be used. */
  owner: SafeClient | null;
  /** The address that serves, and its login. */
  url: string;
  login: string;
  /** The directory of the embedded PostgreSQL; null: DATABASE_URL. */
  cluster: string | null;
}

/** @returns isReady: false if the tables are not there, so that nothing else can be said of them */
export async function checkTables(database: DatabaseToCheck): Promise<{ isReady: boolean; findings: Finding[] }> {
  const { config, source, url, cluster } = database;
  try {
    await refuseWithoutMigrations(source, { url, cluster }, config.dataDir);
  } catch (error) {
    return { isReady: false, findings: [faultOf('tables', error)] };
  }
  const faults = Object.entries(await checkReadiness(source)).filter(([, wrong]) => wrong !== null);
  if (faults.length === 0) return { isReady: true, findings: [ok('tables', 'They are those of this version.')] };
  const findings = faults.map(([check, wrong]) => fault(check, `It ${wrong}.`, CURES[check] ?? null));
  return { isReady: faults.every(([check]) => check !== 'migrations'), findings };
}

const CURES: Record<string, string> = {
  database: 'Let DATABASE_URL name the primary, and make space on its disk.',
  migrations: 'Run hookledger migrate.',
};

export async function checkServer({ config, source, owner, cluster }: DatabaseToCheck): Promise<Finding[]> {
  const server = await serverSettings(source.manager);
  const findings = [ok('size', `The database has ${sizeOf(server.bytes)}.`)];
  if (!server.fsync || !server.fullPageWrites) {
    const name = server.fsync ? 'full_page_writes' : 'fsync';
    const loss = 'A crash of its machine damages the database.';
    findings.push(fault(name, `It is off. ${loss}`, `alter system set ${name} = on; then restart PostgreSQL.`));
  }
  if (!server.synchronousCommit) {
    const loss = 'It is off. A crash loses what was accepted in the last second.';
    findings.push(warning('synchronous_commit', loss, 'Set it to on for the database and the logins.'));
  }
  if (server.encoding !== 'UTF8') {
    const message = `It is ${server.encoding}: documents with other characters are refused.`;
    findings.push(fault('encoding', message, 'Restore a dump into a database that was created with encoding UTF8.'));
  }
  const needed = mostConnections(config);
  const limit = await narrowestLimit(source);
  if (limit && limit.accepted < needed) {
    const message = `A process opens up to ${needed} connections, and the database accepts ${limit.accepted}.`;
    const cure = `Raise ${limit.setting}, or lower SERVE_CONNECTIONS, DELIVER_CONNECTIONS and READ_CONNECTIONS.`;
    findings.push(warning('connections', message, cure));
  }
  return [...findings, ...(await checkItsDisk(owner, cluster))];
}

/** Only on the machine of the server itself can be seen how much is free. */
async function checkItsDisk(owner: SafeClient | null, cluster: string | null): Promise<Finding[]> {
  const folder = cluster ?? (await dataDirectory(owner));
  if (folder === null || !existsSync(folder)) return [];
  return checkDisk('disk of the database', folder);
}

export async function checkRights({ config, source, owner, login }: DatabaseToCheck): Promise<Finding[]> {
  const findings: Finding[] = [];
  const isRefused = config.production && !config.allowOwnerRole;
  try {
    await refusePowerfulLogin(source, { ...config, production: true, allowOwnerRole: false }, createLog('silent'));
  } catch (error) {
    const powerful = faultOf('rights', error);
    findings.push(isRefused ? powerful : { ...powerful, level: 'warning' });
  }
  const missing = await unreadableTables(source.manager);
  if (missing.length > 0) {
    const message = `${login} may not read ${missing.join(', ')}.`;
    findings.push(
      fault('rights', message, 'Run hookledger migrate with MIGRATION_DATABASE_URL: it grants what is needed.'),
    );
  } else if (owner !== null && !(await isPrepared(owner, login))) {
    const message = 'They, or the months, are not as the last start left them.';
    findings.push(
      warning('rights', message, 'The next start grants and makes what is missing, or hookledger migrate.'),
    );
  }
  return findings.length > 0 ? findings : [ok('rights', `${login} has those that it needs, and owns nothing.`)];
}

export async function checkKeys({ source, keyring }: DatabaseToCheck): Promise<Finding[]> {
  try {
    await refuseMissingEncryptionKeys(source, keyring);
    return [ok('ENCRYPTION_KEY', 'It has the keys of all secrets in the database.')];
  } catch (error) {
    return [faultOf('ENCRYPTION_KEY', error)];
  }
}

export async function checkMonths({ source }: DatabaseToCheck): Promise<Finding[]> {
  const now = await missingMonths(source.manager, 0);
  const cure =
    'Start a process with the part worker, or hookledger migrate; the log says what keeps them from being made.';
  if (now.length > 0) {
    return [fault('months', `Nothing can be written: ${now.join(', ')} of this month are missing.`, cure)];
  }
  const next = await missingMonths(source.manager, MONTHS_AHEAD);
  if (next.length === 0) return [ok('months', 'This one and the next one have their tables.')];
  return [warning('months', `${next.join(', ')} are missing, for the next month.`, cure)];
}

const MOST_DIFFERENCE_MS = 1_000;
const WRONG_MS = 60_000;

export async function checkClock({ source }: DatabaseToCheck): Promise<Finding[]> {
  const clock = await followDatabaseClock(source, createLog('silent'));
  await clock.stop();
  const differenceMs = clockDifferenceMs();
  const seconds = (Math.abs(differenceMs) / 1_000).toFixed(1);
  const message = `It is ${seconds} s ${differenceMs > 0 ? 'behind' : 'ahead of'} that of the database, by which the server goes.`;
  const cure = 'Let NTP set both machines.';
  if (Math.abs(differenceMs) > WRONG_MS) return [fault('clock', message, cure)];
  if (Math.abs(differenceMs) > MOST_DIFFERENCE_MS) return [warning('clock', message, cure)];
  return [ok('clock', 'It agrees with that of the database.')];
}

/** What the work in the database is like, as /readyz says it. */
export async function checkWork({ source }: DatabaseToCheck): Promise<Finding[]> {
  // the checks of the database have findings of their own
  const checkDatabase = async () => ({ database: null });
  const health = await readSystemHealth({ db: source.manager, checkDatabase, refusal: () => null, standbyLag: null });
  const findings = PARTS.flatMap((part) => findingOf(part, health[part]));
  const letters = Object.values(await countDeadLetters(source.manager)).reduce((sum, n) => sum + n, 0);
  if (letters > 0) {
    findings.push(warning('dead letters', `There are ${letters}.`, 'docs/operations.md#dead-letters says what to do.'));
  }
  return findings;
}

function findingOf(part: string, { state, since, behindSeconds, message }: PartHealth): Finding[] {
  if (state === 'OK') return [];
  const details = [
    since && `since ${since.toISOString()}`,
    state === 'BEHIND' && `by ${Math.round(behindSeconds ?? 0)} s`,
    message,
  ];
  const text = `${state}: ${details.filter(Boolean).join('; ')}.`.replace(': .', '.').replace(/\.\.$/, '.');
  const cure = 'docs/monitoring.md says what it means.';
  return [part === 'sealing' && state === 'STOPPED' ? fault(part, text, cure) : warning(part, text, cure)];
}
