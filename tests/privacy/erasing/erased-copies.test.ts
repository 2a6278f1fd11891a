// Which copies outside of its rows an erasure takes: those that name the document or are about it, and no others.
import { uuidOf } from '../../../src/values/ids';
import { startTestApp, type TestApp } from '../../support/app';
import { dumpOf } from '../../support/dump';
import { askMutation, mutate } from '../../support/mutate';
import { type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook, invoice, publish } from '../../support/webhooks';
import { isReported } from '../reported-replay';
import { approve } from './approve';

let app: TestApp;
let partner: Receiver;
let webhook: string;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
  webhook = (await createTestWebhook(app, partner.url, { documentType: 'Copied' })).id;
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

/** Publishes a document and waits until its delivery has arrived. @returns the id of the delivery */
async function delivered(name: string): Promise<string> {
  const [event] = await publish(app, [invoice(name, { documentType: 'Copied' })]);
  return waitFor('the delivery', async () => {
    const { data } = await app.ask(`{ businessEvent(id: "${event}") { deliveries { nodes { id status } } } }`);
    const [delivery] = data.businessEvent.deliveries.nodes;
    return delivery?.status === 'DELIVERED' && delivery.id;
  });
}

/** A replay that has ended. */
async function replayOf(name: string, reason: string): Promise<string> {
  const where = { referenceDocument: { eq: name }, status: { eq: 'EXHAUSTED' } };
  const { replay } = await mutate(app, 'replayDeliveries', { where, reason }, 'replay { id }');
  const id = uuidOf('Replay', replay.id) as string;
  await waitFor('the replay', async () => {
    const rows = await app.database.query('select from replays where id = $1 and finished_at is not null', [id]);
    return rows.length === 1;
  });
  return id;
}

async function erase(name: string, { needsApproval } = { needsApproval: false }): Promise<void> {
  const input = { documentType: 'Copied', name, reason: 'Request 17 under Art. 17' };
  const { erasure } = await mutate(app, 'eraseDocument', input, 'erasure { id status }');
  expect(erasure.status).toBe(needsApproval ? 'REQUESTED' : 'ORDERED');
  if (needsApproval) await approve(app);
  await waitFor('the erasure', async () => {
    const { data } = await app.ask(`{ erasure(id: "${erasure.id}") { status } }`);
    return data.erasure.status === 'DONE';
  });
}

async function replayRow(id: string) {
  const [row] = await app.database.query<{ condition: string; reason: string; criteria: string | null }>(
    `select x.condition, x.reason, a.criteria from replays x join audit_entries a on a.subject_id = x.id
     where x.id = $1 and a.action = 'replay.ordered'`,
    [id],
  );
  return row;
}

test.each([
  { name: 'COPY-1', other: 'COPY-10', reason: 'COPY-10, XCOPY-1 and COPY-1-A were lost' },
  { name: 'where', other: 'elsewhere', reason: 'Nobody knows the whereabouts' },
  { name: '2001', other: '12001', reason: 'Ticket 20017' },
])('the erasure of $name leaves what names $other alone', async ({ name, other, reason }) => {
  await delivered(name);
  const about = await replayOf(other, reason);
  const before = await replayRow(about);
  expect(before?.criteria).toContain(other);
  await erase(name);
  expect(await replayRow(about)).toEqual(before);
});

test.each([
  { name: 'NAMED-1 (a.b*c)', reason: 'They lost NAMED-1 (a.b*c).' },
  { name: 'J\u00f6rg "Max" \\ M', reason: 'J\u00f6rg "Max" \\ M: asked' },
])('the erasure of $name takes filters that name it, and no reasons', async ({ name, reason }) => {
  await delivered(name);
  const byCondition = await replayOf(name, 'They lost it');
  const byReason = await replayOf('another', reason);
  const before = await replayRow(byReason);
  await erase(name);
  expect(await replayRow(byCondition)).toEqual({
    condition: '{"erased":true}',
    reason: 'They lost it',
    criteria: null,
  });
  expect(await replayRow(byReason)).toEqual(before);
});

test('the erasure of a person takes what names the person: filters of readings, exports and replays', async () => {
  const own = { name: 'wilhelmina.xanthos', email: 'wilhelmina@xanthos.example', fullName: 'Wilhelmina Xanthos' };
  const { user } = await mutate(app, 'createUser', { ...own, roles: ['PUBLISHER'] }, 'user { id }');
  await delivered('OF-ANOTHER-1');
  const read = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { nodes { data } } }';
  await app.ask(read, { where: { user: { name: { eq: own.name } } } });
  await app.ask(read, { where: { user: { email: { eq: own.email } } } });
  const where = { user: { name: { eq: own.name } } };
  await mutate(app, 'exportWebhookRequestLogs', { where, format: 'CSV' }, 'export { id }');
  await mutate(app, 'replayDeliveries', { where, reason: 'They lost what the user had' }, 'replay { id }');
  await isReported(app.database, 'They lost what the user had');
  await waitFor('the readings to be recorded', async () => {
    const rows = await app.database.query(
      `select from audit_entries where action = 'content.read' and criteria like '%xanthos%'`,
    );
    return rows.length === 2;
  });
  const ordered = { userId: user.id, reason: 'Request 17 under Art. 17' };
  const { erasure } = await mutate(app, 'erasePerson', ordered, 'erasure { id }');
  await approve(app);
  await waitFor('the erasure', async () => {
    const { data } = await app.ask(`{ erasure(id: "${erasure.id}") { status } }`);
    return data.erasure.status === 'DONE';
  });
  // also in bodies
  const dump = (await dumpOf(app.database)).toLowerCase();
  for (const form of ['xanthos', Buffer.from('xanthos').toString('hex'), Buffer.from('Xanthos').toString('hex')]) {
    expect(dump).not.toContain(form);
  }
});

test('reasons of a replay of its delivery, and of requests for one, are erased with a document', async () => {
  const id = await delivered('ASKED-1');
  const reason = 'Jane Doe asked for it';
  const support = await app.keyFor('SUPPORT');
  const { data } = await askMutation(app, 'requestReplay', { deliveryId: id, reason }, 'approval { id }', support);
  const declined = { id: data.requestReplay.approval.id, reason: 'Jane Doe has it' };
  await mutate(app, 'decline', declined, 'approval { id }');
  await mutate(app, 'replayDelivery', { deliveryId: id, reason });
  await erase('ASKED-1', { needsApproval: true });
  const rows = await app.database.query(
    `select reason, decision_reason from approvals where delivery_id = $1
     union all select reason, null from replays where delivery_id = $1`,
    [uuidOf('Delivery', id)],
  );
  expect(rows).toEqual([
    { reason: '[erased]', decision_reason: '[erased]' },
    { reason: '[erased]', decision_reason: null },
  ]);
});

test('the erasure of a document takes the entries of previews that were given it', async () => {
  const preview = async (referenceDocument: string) => {
    const given = { documentType: 'Copied', event: 'on_submit', referenceDocument, data: { name: referenceDocument } };
    expect((await mutate(app, 'previewWebhook', { id: webhook, sample: { given } })).userErrors).toEqual([]);
  };
  for (const name of ['GIVEN-1', 'GIVEN-10']) await preview(name);
  await delivered('GIVEN-1');
  await erase('GIVEN-1');
  const entries = await app.database.query(
    `select criteria::json -> 'given' ->> 'referenceDocument' as given from audit_entries where action = 'webhook.previewed' order by id`,
  );
  expect(entries).toEqual([{ given: null }, { given: 'GIVEN-10' }]);
});
