import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDataSource, MIGRATIONS } from '../../src/database/data-source';
import { describeDatabase } from '../../src/database/describe-database';
import { createTestDatabase } from '../support/database';

/** Those that change tables which were there before. */
const LATER = MIGRATIONS.length - 7;
/** From the one that gives publish_event another argument. */
const SINCE_CAUSES = MIGRATIONS.length - 10;
const ROLE = 'upgrade_test_erp';

test('the logins of business systems may still publish after an upgrade, and after going back', async () => {
  const database = await createTestDatabase();
  const owner = await createDataSource(database.migrationUrl, { name: 'upgrade', statementTimeoutMs: 0 }).initialize();
  const superuser = await createDataSource(database.superuserUrl, { name: 'upgrade superuser' }).initialize();
  const mayRun = async (more: string) => {
    const signature = `publish_event(text, text, text, json, text, text${more})`;
    const [row] = await owner.query(`select has_function_privilege('${ROLE}', '${signature}', 'execute') as may`);
    return row.may;
  };
  try {
    await superuser.query(`create role ${ROLE}`);
    expect(await mayRun(', text')).toBe(false);
    for (let n = 0; n < SINCE_CAUSES; n += 1) await owner.undoLastMigration();
    await owner.query(`grant execute on function publish_event(text, text, text, json, text, text) to ${ROLE}`);
    await owner.runMigrations();
    expect(await mayRun(', text')).toBe(true);
    for (let n = 0; n < SINCE_CAUSES; n += 1) await owner.undoLastMigration();
    expect(await mayRun('')).toBe(true);
  } finally {
    await owner.destroy();
    await superuser.query(`drop owned by ${ROLE}`);
    await superuser.query(`drop role ${ROLE}`);
    await superuser.destroy();
    await database.drop();
  }
});

test('the later migrations can be taken back, and run again', async () => {
  const database = await createTestDatabase();
  const owner = await createDataSource(database.migrationUrl, { name: 'upgrade', statementTimeoutMs: 0 }).initialize();
  try {
    for (let n = 0; n < LATER; n += 1) await owner.undoLastMigration();
    expect(await describeDatabase(owner.manager)).not.toContain('webhook_circuits');
    await owner.runMigrations();
    const catalogue = readFileSync(join(__dirname, '../../schema/database.sql'), 'utf8');
    expect(await describeDatabase(owner.manager)).toBe(catalogue);
  } finally {
    await owner.destroy();
    await database.drop();
  }
});
