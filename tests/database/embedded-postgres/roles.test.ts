// On a cluster of its own, because roles belong to the cluster.
import { migrate } from '../../../src/database/migrate';
import { makeDataDir, query, removeDataDirs, withServer } from './trial';

afterAll(() => removeDataDirs());

const ROLES = `select rolname as name, rolcanlogin as login from pg_roles where rolname like 'hookledger_re%' order by 1`;
const BOTH = [
  { name: 'hookledger_reader', login: false },
  { name: 'hookledger_retention', login: false },
];

test('an owner who may not create roles is told the statements, and one who may creates them', async () => {
  const { dataDir } = await makeDataDir();
  await withServer(dataDir, async ({ superuserUrl, migrationUrl, servingUrl }) => {
    expect(await query(superuserUrl, ROLES)).toEqual(BOTH);
    await query(superuserUrl, 'drop role hookledger_reader; drop role hookledger_retention');
    const told = await migrate(migrationUrl, servingUrl).catch((error: Error) => error);
    expect(told).toMatchObject({ name: 'DatabaseStartError' });
    const { message } = told as Error;
    expect(message).toMatch(
      / may not create roles, and hookledger_retention and hookledger_reader are missing\. Run as a superuser: /,
    );
    await query(superuserUrl, message.slice(message.indexOf('create role hookledger_')));
    await migrate(migrationUrl, servingUrl);
    expect(await query(superuserUrl, ROLES)).toEqual(BOTH);
    const database = Object.assign(new URL(superuserUrl), { pathname: '/hookledger' }).href;
    await query(database, 'drop owned by hookledger_retention; drop role hookledger_retention');
    await query(superuserUrl, 'alter role hookledger_owner createrole');
    await migrate(migrationUrl, servingUrl);
    expect(await query(superuserUrl, ROLES)).toEqual(BOTH);
    expect(
      await query(database, `select has_table_privilege('hookledger_retention', 'erasures', 'select') as may`),
    ).toEqual([{ may: true }]);
  });
});
