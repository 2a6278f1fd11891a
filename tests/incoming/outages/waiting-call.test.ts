// One call that waits in the database holds up no other.
import { createHash } from 'node:crypto';
import { Client } from 'pg';
import { uuidOf } from '../../../src/values/ids';
import { shareTestApi } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { agree, callStandard, newCallId } from '../callers';

test('a call that waits for its id delays no other call', async () => {
  const app = await shareTestApi();
  const other = new Client({ connectionString: app.database.servingUrl });
  try {
    const agreed = await agree(app);
    const id = newCallId();
    await other.connect();
    await other.query('begin');
    await other.query(
      `insert into incoming_ids (webhook_id, id_hash, request_id, created_at) values ($1, $2, gen_random_uuid(), now())`,
      [uuidOf('Webhook', agreed.id), createHash('sha256').update(id, 'utf16le').digest()],
    );
    const waiting = callStandard(agreed, '{}', { id });
    await waitFor('the call to wait', async () => {
      // otherwise this transaction sees the sessions as it first saw them
      await other.query('select pg_stat_clear_snapshot()');
      const { rowCount } = await other.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rowCount === 1;
    });
    for (let n = 0; n < 5; n += 1) expect((await callStandard(agreed, '{}')).status).toBe(200);
    await other.query('rollback');
    expect((await waiting).status).toBe(200);
  } finally {
    await other.end();
    await app.stop();
  }
});
