// The database checks who the second person is, and that the time has passed, also of who holds the serving login.
import { Client } from 'pg';
import { uuidOf } from '../../src/values/ids';
import { openStore, type Store } from '../evidence/stored-tree';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { endWaiting } from './take-effect-now';

const app = useTestApi();
let store: Store;
let administrator: string;

beforeAll(async () => {
  store = await openStore(app.database);
  administrator = uuidOf('User', (await app.ask('{ viewer { id } }')).data.viewer.id) as string;
});
afterAll(() => store.source.destroy());

/** As the serving login. */
const run = (sql: string, values: unknown[] = []) => store.source.query(sql, values);

/** The release of a hold that waits. */
async function waiting(): Promise<{ hold: string; approval: string }> {
  const order = { name: 'Case', documentType: 'X', reason: 'The court asked for it' };
  const { legalHold } = await mutate(app, 'placeLegalHold', order, 'legalHold { id }');
  const { approval } = await mutate(
    app,
    'requestLegalHoldRelease',
    { id: legalHold.id, reason: 'The case was closed' },
    'approval { id }',
  );
  return { hold: uuidOf('LegalHold', legalHold.id) as string, approval: uuidOf('Approval', approval.id) as string };
}

/** Two users as a thief can insert them, linked to two persons. */
async function forgedPersons(): Promise<string[]> {
  const rows = await run(
    `insert into users (id, name, roles, active, identity_issuer, identity_subject, created_at, updated_at)
     select new_id(), 'forged-' || gen_random_uuid(), '{SYSTEM_MANAGER}', true, 'https://login.example.com', gen_random_uuid(),
       now() - interval '1 year', now() - interval '1 year' from generate_series(1, 2) returning id`,
  );
  return rows.map(({ id }: { id: string }) => id);
}

test('a hold is not released before its time, nor by an approval that no second person gave', async () => {
  await app.database.query(`update approval_rules set issuer = 'https://login.example.com'`);
  const { hold, approval } = await waiting();
  const [first, second] = await forgedPersons();
  await expect(
    run(`update approvals set status = 'APPROVED', decided_at = now() where id = $1`, [approval]),
  ).rejects.toThrow('no second person has approved it, and its time has not come');
  await expect(
    run(
      `update approvals a set status = 'APPROVED', decided_at = now(), decided_by = u.id, decider_issuer = u.identity_issuer,
         decider_subject = u.identity_subject from users u where a.id = $1 and u.id = $2`,
      [approval, second],
    ),
  ).rejects.toThrow('no second person has approved it');
  for (const sql of [
    'update approvals set takes_effect_at = now() where id = $1',
    'update approvals set requested_by = decided_by where id = $1',
    `update users set standing_since = now() - interval '1 year' where id = $1`,
    'update approval_rules set wait_hours = 1 where $1::uuid is not null',
    'delete from approvals where id = $1',
    'select restart_approvals() where $1::uuid is not null',
  ]) {
    await expect(run(sql, [approval])).rejects.toThrow('permission denied');
  }
  await expect(
    run(
      `insert into users (id, name, roles, active, standing_since, created_at, updated_at)
       values (new_id(), 'old', '{}', true, now() - interval '1 year', now(), now())`,
    ),
  ).rejects.toThrow('permission denied');
  await expect(
    run('update legal_holds set release_id = $2, released_at = now() where id = $1', [hold, approval]),
  ).rejects.toThrow('it was not approved');
  const insert = (columns: string, values: string) =>
    run(
      `insert into approvals (id, kind, status, legal_hold_id, reason, requested_by, created_at${columns})
       select new_id(), 'HOLD_RELEASE', 'WAITING', $1, 'x', id, now()${values} from users where id = $2`,
      [hold, first],
    );
  await expect(insert(', decided_at', ', now()')).rejects.toThrow('approvals_decided_check');
  await expect(insert(', requester_issuer, requester_subject', `, identity_issuer, 'of another'`)).rejects.toThrow(
    'the user is linked to another person',
  );
  await app.database.query(`update approval_rules set issuer = null`);
});

test('an approval begins as WAITING, at the present time, of an order that waits for it', async () => {
  const { hold } = await waiting();
  // a session of the program would report the refused time at /readyz, in the tests that follow too
  const client = new Client({ connectionString: app.env.DATABASE_URL });
  await client.connect();
  const insert = (status: string, createdAt: string, subject: string) =>
    client.query(
      `insert into approvals (id, kind, status, legal_hold_id, reason, requested_by, created_at, decided_at)
       values (new_id(), 'HOLD_RELEASE', $1, $2, 'x', $3, ${createdAt}, case when $1 <> 'WAITING' then now() end)`,
      [status, subject, administrator],
    );
  await expect(insert('APPROVED', 'now()', hold)).rejects.toThrow('an approval begins as WAITING');
  await expect(insert('WAITING', `now() - interval '2 days'`, hold)).rejects.toThrow('within 10 minutes of the time');
  await expect(insert('WAITING', 'now()', administrator)).rejects.toThrow('no hold in force');
  await client.end();
});

test('a decision stays: only an erasure removes its reasons', async () => {
  const { hold, approval } = await waiting();
  await endWaiting(app.database);
  await run(`update approvals set status = 'APPROVED', decided_at = now() where id = $1`, [approval]);
  await run('update legal_holds set release_id = $2, released_at = now() where id = $1', [hold, approval]);
  for (const sql of [
    `update approvals set status = 'WAITING', decided_at = null where id = $1`,
    `update approvals set decision_reason = 'another' where id = $1`,
    `update approvals set decided_by = (select id from users order by id desc limit 1) where id = $1`,
  ]) {
    await expect(run(sql, [approval])).rejects.toThrow('it was decided');
  }
  await app.database.query(`update approvals set reason = '[erased]' where id = $1`, [approval]);
});

test('an erasure of many rows is ordered by its own approval alone', async () => {
  const insert = (status: string, approval: string | null, rows = 101) =>
    run(
      `insert into erasures (id, kind, status, event_ids, request_ids, row_count, reason, ordered_by, created_at, approval_id,
         next_step_at) values (new_id(), 'CONTENT', $1, '{}', '{}', $2, 'x', $3, now(), $4,
         case when $1 = 'ORDERED' then now() end) returning id`,
      [status, rows, administrator, approval],
    );
  await expect(insert('ORDERED', null)).rejects.toThrow('erasures_alone_check');
  await expect(insert('REQUESTED', null, 1)).rejects.toThrow('erasures_waiting_check');
  const { approval: other } = await waiting();
  await endWaiting(app.database);
  await run(`update approvals set status = 'APPROVED', decided_at = now() where id = $1`, [other]);
  await expect(insert('ORDERED', other)).rejects.toThrow('it was not approved');
  const [{ id }] = await insert('REQUESTED', other);
  await expect(run(`update erasures set status = 'ORDERED', next_step_at = now() where id = $1`, [id])).rejects.toThrow(
    'it was not approved',
  );
});

test('a user who has ordered something is not erased without an approval', async () => {
  const [person] = await forgedPersons();
  await run(
    `insert into erasures (id, kind, status, event_ids, request_ids, row_count, reason, ordered_by, created_at, finished_at)
     values (new_id(), 'CONTENT', 'DONE', '{}', '{}', 1, 'x', $1, now() - interval '1 minute', now())`,
    [person],
  );
  const [{ id }] = await run(
    `insert into erasures (id, kind, status, user_id, event_ids, request_ids, row_count, reason, ordered_by, created_at, next_step_at)
     values (new_id(), 'PERSON', 'ORDERED', $1, '{}', '{}', 0, 'x', $2, now(), now() + interval '1 day') returning id`,
    [person, administrator],
  );
  await expect(run('select erase_user($1)', [id])).rejects.toThrow('was not approved');
  await run(`update erasures set status = 'DONE', next_step_at = null, finished_at = now() where id = $1`, [id]);
});
