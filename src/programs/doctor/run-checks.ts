// All checks, in the order in which one needs another.
import type { Config } from '../../config/config';
import { createKeyring } from '../../keyring/keyring';
import { reasonOf } from '../../sql/database-errors';
import type { SafeClient } from '../../sql/session';
import { parseDatabaseUrl } from '../../values/database-url';
import { checkAddress } from './check-address';
import {
  checkClock,
  checkKeys,
  checkMonths,
  checkRights,
  checkServer,
  checkTables,
  checkWork,
  type DatabaseToCheck,
  DOCTOR,
} from './check-database';
import { checkDisks, checkProgram } from './check-machine';
import { checkRestored } from './check-restored';
import { checkFiles, checkSettings } from './check-settings';
import { checkStandby } from './check-standby';
import { type Finding, fault } from './finding';
import { connect, findDatabase } from './open-database';

export interface WhatToCheck {
  /** Addresses of partners. */
  urls: readonly string[];
  /** Whether the database was restored from a backup. */
  restored: boolean;
  /** Files with signed heads that others have. */
  headFiles: readonly string[];
}

export async function runChecks(env: NodeJS.ProcessEnv, what: WhatToCheck): Promise<Finding[]> {
  const { config, findings } = checkSettings(env);
  const own = [...checkProgram(env), ...findings];
  if (config === null) return own;
  const more = [await checkFiles(config), await checkDisks(config), await checkInDatabase(config, what)];
  for (const url of what.urls) more.push(await checkAddress(config, url));
  return [...own, ...more.flat()];
}

async function checkInDatabase(config: Config, what: WhatToCheck): Promise<Finding[]> {
  const { database, findings } = await findDatabase(config);
  if (database === null) return findings;
  const { servingUrl, ownerUrl, cluster, encryptionKeys } = database;
  const clients: SafeClient[] = [];
  const open = async (setting: string, url: string) => {
    const { client, findings: found } = await connect(setting, url);
    findings.push(...found);
    if (client) clients.push(client);
    return client;
  };
  try {
    const serving = await open('DATABASE_URL', servingUrl);
    const owner = ownerUrl === servingUrl ? serving : await open('MIGRATION_DATABASE_URL', ownerUrl);
    const replicaUrl = config.databaseReplicaUrl;
    const standby = replicaUrl === null ? null : await open('DATABASE_REPLICA_URL', replicaUrl);
    if (serving === null) return findings;
    // it loads three quarters of all modules, which a database that is away does not need
    const { createDataSource } = await import('../../database/data-source.js');
    const source = await createDataSource(servingUrl, DOCTOR).initialize();
    try {
      const keyring = createKeyring(encryptionKeys);
      const login = parseDatabaseUrl(servingUrl).login;
      if (standby !== null && replicaUrl !== null) {
        const following = createDataSource(replicaUrl, DOCTOR);
        findings.push(...(await orFault(() => checkStandby({ source }, following))));
        if (following.isInitialized) await following.destroy();
      }
      findings.push(...(await checkContent({ config, source, keyring, owner, url: servingUrl, login, cluster }, what)));
    } finally {
      await source.destroy();
    }
    return findings;
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await database.stop();
  }
}

async function checkContent(database: DatabaseToCheck, { restored, headFiles }: WhatToCheck): Promise<Finding[]> {
  const { isReady, findings } = await checkTables(database);
  const checks = isReady
    ? [checkServer, checkRights, checkKeys, checkMonths, checkClock, checkWork]
    : [checkServer, checkClock];
  for (const check of checks) findings.push(...(await orFault(() => check(database))));
  if (restored && isReady) findings.push(...(await orFault(() => checkRestored({ ...database, headFiles }))));
  return findings;
}

/** A check that fails must not hide what the others find. */
async function orFault(check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    return [fault('database', `It could not be looked at: ${reasonOf(error)}.`, null)];
  }
}
