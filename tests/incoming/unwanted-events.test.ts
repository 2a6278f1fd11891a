// Events that no webhook is for are fanned out with their call; all others wait for a worker, in whichever process they come.
import { uuidOf } from '../../src/values/ids';
import { deliveriesOf } from '../delivery/attempt/stored-attempts';
import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { startProgram } from '../support/program';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';
import { type Agreed, agree, callUnsigned } from './callers';
import { startTwoProcesses, type TwoProcesses } from './two-processes';

let app: TestApp;
let inSecond: TwoProcesses['inSecond'];
let stop: TwoProcesses['stop'];

beforeAll(async () => {
  ({ app, inSecond, stop } = await startTwoProcesses());
});
afterAll(() => stop());

const own = (settings: object) => createTestWebhook(app, 'http://127.0.0.1:9/hook', settings);

let types = 0;
async function agreeOnNewType(settings: object = {}): Promise<Agreed & { documentType: string }> {
  types += 1;
  const documentType = `Call ${types}`;
  return { ...(await agree(app, { provider: 'NONE', documentType, ...settings })), documentType };
}

/** Makes a call. @returns what became of its event: for how many webhooks it was fanned out, or OUTBOX */
async function fateOf(agreed: Agreed, event = 'opened'): Promise<number | 'OUTBOX'> {
  const { status, headers } = await callUnsigned(agreed, JSON.stringify({ event }));
  expect(status).toBe(200);
  const rows = await app.database.query<{ fanned: boolean; wantedBy: number | null; waits: boolean }>(
    `select fanned_out_at is not null as fanned, wanted_by as "wantedBy",
       exists (select from outbox where event_id = id) as waits
     from business_events where request_id = $1`,
    [uuidOf('WebhookRequestLog', headers['x-request-id'] as string)],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.fanned).toBe(!rows[0]?.waits);
  return rows[0]?.wantedBy ?? 'OUTBOX';
}

test('an event that no webhook is for is fanned out with its call, without a worker', async () => {
  const agreed = await agreeOnNewType();
  await own({ documentType: agreed.documentType, events: ['closed'] });
  await own({ documentType: `${agreed.documentType} of others` });
  expect(await fateOf(agreed)).toBe(0);
  expect(await fateOf(agreed, 'closed')).toBe('OUTBOX');
});

test('a webhook that was created in another process gets the very next call', async () => {
  for (let n = 0; n < 5; n += 1) {
    const agreed = await agreeOnNewType();
    expect(await fateOf(inSecond(agreed))).toBe(0);
    await own({ documentType: agreed.documentType });
    expect(await fateOf(inSecond(agreed))).toBe('OUTBOX');
  }
});

test('one that is changed, paused or disabled elsewhere counts, one that is archived does not', async () => {
  const agreed = await agreeOnNewType();
  const { id } = await own({ documentType: 'Something else' });
  expect(await fateOf(inSecond(agreed))).toBe(0);
  await mutate(app, 'updateWebhook', { id, documentType: agreed.documentType });
  expect(await fateOf(inSecond(agreed))).toBe('OUTBOX');
  await mutate(app, 'pauseWebhook', { id });
  expect(await fateOf(inSecond(agreed))).toBe('OUTBOX');
  await app.database.query(`update webhooks set status = 'DISABLED' where id = $1`, [uuidOf('Webhook', id)]);
  expect(await fateOf(inSecond(agreed))).toBe('OUTBOX');
  await mutate(app, 'archiveWebhook', { id });
  expect(await fateOf(inSecond(agreed))).toBe(0);
});

test('a webhook for all types counts', async () => {
  const agreed = await agreeOnNewType();
  const { id } = await own({ documentType: null, events: ['opened'] });
  expect(await fateOf(agreed)).toBe('OUTBOX');
  expect(await fateOf(agreed, 'closed')).toBe(0);
  await mutate(app, 'archiveWebhook', { id });
});

test('of what is forwarded, the chosen webhooks alone count', async () => {
  const { id } = await own({ documentType: 'Something else' });
  const agreed = await agreeOnNewType({ becomes: 'FORWARD', forwardTo: [id] });
  await own({ documentType: agreed.documentType });
  expect(await fateOf(agreed)).toBe('OUTBOX');
  await app.database.query(`update webhooks set status = 'ARCHIVED' where id = $1`, [uuidOf('Webhook', id)]);
  expect(await fateOf(agreed)).toBe(0);
});

test('where a hundred webhooks may match, it is left to the worker', async () => {
  const agreed = await agreeOnNewType();
  const { id } = await own({ documentType: agreed.documentType, events: ['closed'] });
  const columns = await app.database.query<{ names: string }>(
    `select string_agg(column_name, ', ') as names from information_schema.columns
     where table_name = 'webhooks' and column_name <> 'id'`,
  );
  const names = columns[0]?.names;
  const copy = `insert into webhooks (id, ${names}) select gen_random_uuid(), ${names} from webhooks where id = $1`;
  for (let n = 1; n < 99; n += 1) await app.database.query(copy, [uuidOf('Webhook', id)]);
  expect(await fateOf(agreed)).toBe(0);
  await app.database.query(copy, [uuidOf('Webhook', id)]);
  expect(await fateOf(agreed)).toBe('OUTBOX');
});

test('under load in two processes, every call after the answer of createWebhook is delivered', async () => {
  const worker = await startProgram({ ...app.env, PROCESSES: 'worker' });
  try {
    const agreed = await agreeOnNewType();
    const ids: string[] = [];
    let made = 0;
    let created: string | null = null;
    const callAt = async (address: Agreed) => {
      while (created === null || made < 60) {
        const isLate = created !== null;
        const { headers } = await callUnsigned(address, '{"event":"opened"}');
        if (isLate) {
          made += 1;
          ids.push(uuidOf('WebhookRequestLog', headers['x-request-id'] as string) as string);
        }
      }
    };
    const callers = [agreed, inSecond(agreed), agreed, inSecond(agreed)].map(callAt);
    const { id } = await own({ documentType: agreed.documentType });
    created = id;
    await Promise.all(callers);
    await waitFor('all events to be fanned out', async () => {
      const waiting = await app.database.query<{ n: number }>('select count(*)::int as n from outbox');
      return waiting[0]?.n === 0;
    });
    const missed = await app.database.query(
      'select id from business_events where request_id = any($1::uuid[]) and wanted_by is distinct from 1',
      [ids],
    );
    expect([ids.length >= 60, missed]).toEqual([true, []]);
    expect((await deliveriesOf(app, id)).length).toBeGreaterThanOrEqual(ids.length);
  } finally {
    await worker.kill('SIGKILL');
  }
});
