import { createDataSource } from '../../src/database/data-source';
import { everything } from '../../src/sql/condition';
import { createAuthCache } from '../../src/users/auth-cache';
import { createTestDatabase } from '../support/database';
import { waitFor } from '../support/wait-for';

test('after a connection was lost, nobody is known by what was read before: versions of rows are numbers that are given again', async () => {
  const database = await createTestDatabase();
  const source = await createDataSource(database.servingUrl, { name: 'cache test', poolSize: 1 }).initialize();
  try {
    const who = { userId: 'u', apiKeyId: 'k', sessionId: null, name: 'erp', roles: new Set(['AUDITOR'] as const) };
    const entry = { who, networks: null, expiresAt: null, isUnchanged: everything, version: '1 2', readAt: Date.now() };
    const cache = createAuthCache();
    const find = () => cache.find('key', 'token', () => true);
    cache.set('key', 'token', entry);
    await source.query('select 1');
    expect(find()).toMatchObject({ version: '1 2' });
    await database.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = 'hookledger cache test'`);
    await waitFor('the loss', () => find() === null);
    cache.set('key', 'token', entry);
    expect(find()).toMatchObject({ version: '1 2' });
  } finally {
    await source.destroy();
    await database.drop();
  }
});
