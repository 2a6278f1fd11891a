// Two standbys of one primary, of which the one that has less is promoted: the other one has what the new primary never had.
import { createDataSource } from '../../src/database/data-source';
import { MONITOR } from '../../src/database/pools';
import { createStandbyLag, NoStandby } from '../../src/system/standby-lag.store';
import { createPostgresServer, type PostgresServer, type StandbyServer } from '../chaos/postgres-server';
import { waitFor } from '../support/wait-for';

let lost: PostgresServer;
let promoted: StandbyServer;
let diverged: StandbyServer;

beforeAll(async () => {
  lost = await createPostgresServer();
  promoted = await lost.startStandby();
  diverged = await lost.startStandby();
});
afterAll(async () => {
  await diverged?.remove();
  await promoted?.remove();
  await lost?.remove();
});

test('a standby with the log of another primary is none, also once the new primary has written more', async () => {
  const at = (port: number) => createDataSource(lost.urlsAt(port).servingUrl, { ...MONITOR, poolSize: 1 });
  const primary = await at(promoted.port).initialize();
  const standby = at(diverged.port);
  try {
    await promoted.fallBehind();
    await lost.query('create table only_there as select n from generate_series(1, 1000) n');
    await waitFor('the other one to have it', async () => {
      const [row] = await diverged.query<{ there: boolean }>(`select to_regclass('only_there') is not null as there`);
      return row?.there;
    });
    await lost.stop('SIGKILL');
    await promoted.promote();
    const lag = createStandbyLag(primary.manager, standby);
    await expect(lag()).rejects.toBeInstanceOf(NoStandby);
    await promoted.query('create table of_the_new_one as select n from generate_series(1, 100000) n');
    // its last commit is older than any that it could show
    await waitFor('it to be late', async () => ((await lag()).seconds ?? 0) > 2);
  } finally {
    await primary.destroy();
    if (standby.isInitialized) await standby.destroy();
  }
});
