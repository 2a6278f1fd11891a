// Leases that have expired: of processes that have ended, and of those that live.
import type { Pool, PoolClient, QueryConfig } from 'pg';
import { startWorkerLeases } from '../../../src/delivery/engine/worker-leases';
import type { Db } from '../../../src/sql/db';
import type { SafeClient } from '../../../src/sql/session';
import { newId } from '../../../src/values/ids';
import { waitFor } from '../../support/wait-for';
import { deliveriesOf, expireLeases } from './stored-attempts';
import { isDirect, workerSteps } from './worker-steps';

const { app, parts, direct, webhookFor, jobs } = workerSteps();

describe('a lease that has expired', () => {
  // as after a pause of the database, or when its clock was set
  test('is not taken over if it has expired, and its process renews it', async () => {
    const webhook = await webhookFor();
    const own = direct();
    await webhook.publishMany(1);
    (await own.fanOut()).onCommit();
    await app.database.query(`update worker_leases set expires_at = now() - interval '1 hour'`);
    const other = lookingFor();
    const valid = () =>
      app.database.query(
        'select from worker_leases l join deliveries d on d.lease_id = l.id where l.expires_at > now()',
      );
    await waitFor('the renewal, or a take-over', async () => (await valid()).length === 1 || other.tookOverIn !== null);
    const { looks } = other;
    await waitFor('another look', () => other.looks > looks);
    await other.stop();
    expect(other.tookOverIn).toBeNull();
    expect((await deliveriesOf(app, webhook.id)).map(isDirect)).toEqual([true]);
  });

  // while the clock of the database was hours ahead
  test('is taken over also if it expires later than any lease is renewed', async () => {
    const webhook = await webhookFor();
    const dead = direct();
    await webhook.publishMany(1);
    (await dead.fanOut()).onCommit();
    await dead.stop();
    await app.database.query(`update worker_leases set expires_at = now() + interval '2 hours'`);
    const other = lookingFor();
    await waitFor('the take-over', () => other.tookOverIn !== null);
    await other.stop();
    expect(await jobs()).toHaveLength(1);
  });

  // after an outage all leases have expired, also those of processes that will renew theirs in a moment
  test('is taken over when it was found three times, without an outage of the database between', async () => {
    const webhook = await webhookFor();
    const dead = direct();
    await webhook.publishMany(1);
    (await dead.fanOut()).onCommit();
    await dead.stop();
    await expireLeases(app);
    const other = lookingFor();
    await waitFor('a look', () => other.looks > 0);
    other.isAway = true;
    await waitFor('the take-over', () => other.tookOverIn !== null);
    await other.stop();
    expect(other.tookOverIn).toBe(4);
    expect(await jobs()).toHaveLength(1);
  });
});

/** The leases of another process, and how often it looked for those of others. `isAway`: its next renewal fails. */
function lookingFor() {
  const other = { looks: 0, tookOverIn: null as number | null, isAway: false, stop: () => leases.stop() };
  const db = databaseThat((text) => {
    if (text.startsWith('select id, expires_at')) other.looks += 1;
    if (!other.isAway || !text.startsWith('update')) return;
    other.isAway = false;
    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  });
  const onTakenOver = () => {
    other.tookOverIn = other.looks;
  };
  const leases = startWorkerLeases({ ...parts, db, onTakenOver });
  const use = leases.use();
  void parts.transaction((tx) => leases.hold(tx, use)).then(() => leases.ended(use, 'COMMITTED', [newId()]));
  return other;
}

/** Statements outside of transactions run as they do, unless `ask` throws. */
function databaseThat(ask: (text: string) => void): Db {
  const { master } = parts.db.dataSource.driver as unknown as { master: Pool };
  const query = async (given: QueryConfig) => {
    ask(given.text);
    return master.query(given);
  };
  const connect = async () => {
    const client = (await master.connect()) as SafeClient & PoolClient;
    const run: SafeClient['run'] = async (given) => {
      ask(given.text);
      return client.run(given);
    };
    return { run, release: (isFaulty: boolean) => client.release(isFaulty) };
  };
  return Object.assign(Object.create(parts.db), { dataSource: { driver: { master: { query, connect } } } });
}
