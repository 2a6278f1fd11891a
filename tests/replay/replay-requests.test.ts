// A replay that one person asks for, and another approves or declines.
import { toNodeId, uuidOf } from '../../src/values/ids';
import { useTestApp } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { allFinished, createOwnWebhook, erase, type Webhook } from './replays';

const app = useTestApp();
const partner = useReceiver();
let support: string;
let manager: string;

beforeAll(async () => {
  [support, manager] = [await app.keyFor('SUPPORT'), await app.keyFor('INTEGRATION_MANAGER')];
});

/** A webhook with one delivery that has arrived. */
async function delivered(): Promise<{ webhook: Webhook; id: string }> {
  const webhook = await createOwnWebhook(app, partner.url);
  await webhook.publishMany(1);
  const [delivery] = await allFinished(app, webhook, 1);
  return { webhook, id: toNodeId('Delivery', delivery?.id as string) };
}

const FIELDS = `approval { id kind status reason createdAt expiresAt decidedAt decisionReason requestedBy { name } decidedBy { name }
  delivery { id } replay { id } }`;

async function asked(deliveryId: string, key = support) {
  const { data } = await askMutation(app, 'requestReplay', { deliveryId, reason: 'They lost it' }, FIELDS, key);
  return data.requestReplay;
}

async function decided(mutation: 'approve' | 'decline', id: string, key = manager) {
  const { data } = await askMutation(app, mutation, { id, reason: 'I looked' }, FIELDS, key);
  return data[mutation];
}

async function entriesOf(deliveryId: string) {
  const rows = await app.database.query<{ action: string; reason: string; details: string }>(
    'select action, reason, details from audit_entries where subject_id = $1 order by id',
    [uuidOf('Delivery', deliveryId)],
  );
  return rows.map(({ details, ...row }) => ({ ...row, details: JSON.parse(details) }));
}

const faultsOf = (payload: { userErrors: { field: string[]; code: string; message: string }[] }) => payload.userErrors;

test('SUPPORT asks, a manager approves, and the delivery is sent again as a replay of the manager', async () => {
  const { webhook, id } = await delivered();
  const { approval: request, userErrors } = await asked(id);
  expect(userErrors).toEqual([]);
  expect(request).toMatchObject({
    id: expect.stringMatching(/^apr_[0-9a-f]{32}$/),
    status: 'WAITING',
    reason: 'They lost it',
    delivery: { id },
    decidedAt: null,
    decisionReason: null,
    decidedBy: null,
    replay: null,
  });
  expect(Date.parse(request.expiresAt) - Date.parse(request.createdAt)).toBe(7 * 24 * 3600_000);
  const calls = partner.calls.length;
  const approved = await decided('approve', request.id);
  expect(approved.userErrors).toEqual([]);
  expect(approved.approval).toMatchObject({
    status: 'APPROVED',
    decisionReason: 'I looked',
    decidedAt: expect.any(String),
  });
  await waitFor('the second call', () => partner.calls.length === calls + 1);
  await allFinished(app, webhook, 1);
  const { data } = await app.ask(
    `query ($id: ID!) { delivery(id: $id) { replay { id reason orderedBy { name } approval { id requestedBy { name } } }
      approvals { nodes { id decidedBy { name } } } } }`,
    { id },
  );
  const { replay, approvals } = data.delivery;
  expect(replay).toEqual({
    id: approved.approval.replay.id,
    reason: 'They lost it',
    orderedBy: approved.approval.decidedBy,
    approval: { id: request.id, requestedBy: request.requestedBy },
  });
  expect(approvals.nodes).toEqual([{ id: request.id, decidedBy: approved.approval.decidedBy }]);
  expect(replay.orderedBy).not.toEqual(request.requestedBy);
  const who = { approval: request.id, requestedBy: expect.stringMatching(/^usr_/) };
  expect(await entriesOf(id)).toEqual([
    { action: 'replay.requested', reason: 'They lost it', details: who },
    { action: 'delivery.replayed', reason: 'They lost it', details: { replay: replay.id, from: 'DELIVERED', ...who } },
    { action: 'replay.approved', reason: 'I looked', details: who },
  ]);
});

test('a declined request sends nothing, and the delivery can be asked for again', async () => {
  const { id } = await delivered();
  const { approval: request } = await asked(id);
  const calls = partner.calls.length;
  const declined = await decided('decline', request.id);
  expect(declined.approval).toMatchObject({ status: 'DECLINED', decisionReason: 'I looked', replay: null });
  const [fault] = faultsOf(await decided('approve', request.id));
  expect(fault?.message).toMatch(/^It was DECLINED at 20.*Z\.$/);
  expect((await asked(id)).approval.status).toBe('WAITING');
  expect(partner.calls).toHaveLength(calls);
});

test('the lists have filters, and node finds a request', async () => {
  const { id } = await delivered();
  const { approval: request } = await asked(id);
  const where = { status: { eq: 'WAITING' }, delivery: { id: { eq: id } } };
  const { data } = await app.ask(
    `query ($where: ApprovalWhere, $id: ID!) { approvals(where: $where) { totalCount nodes { id } }
      node(id: $id) { ... on Approval { reason } } approval(id: $id) { id } }`,
    { where, id: request.id },
    support,
  );
  expect(data).toEqual({
    approvals: { totalCount: 1, nodes: [{ id: request.id }] },
    node: { reason: 'They lost it' },
    approval: { id: request.id },
  });
});

test('the person who asked does not decide', async () => {
  const both = await app.keyFor('SUPPORT', 'INTEGRATION_MANAGER');
  const { id } = await delivered();
  const { approval: request } = await asked(id, both);
  for (const mutation of ['approve', 'decline'] as const) {
    expect(faultsOf(await decided(mutation, request.id, both))).toEqual([
      {
        field: ['id'],
        code: 'CONFLICT',
        message: 'You requested this yourself: another person must decide about it.',
      },
    ]);
  }
  const { errors } = await askMutation(app, 'approve', { id: request.id, reason: 'x' }, FIELDS, support);
  expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
});

test('of decisions at once one counts, and of requests at once', async () => {
  const { id } = await delivered();
  const requests = await Promise.all([asked(id), asked(id), asked(id, manager)]);
  const [made, ...none] = requests.map(({ approval }) => approval).sort((a) => (a === null ? 1 : -1));
  expect(none).toEqual([null, null]);
  const refused = requests.flatMap(faultsOf);
  expect(refused.map(({ code }) => code)).toEqual(['CONFLICT', 'CONFLICT']);
  expect(refused[0]?.message).toContain(`${made.id} waits until`);
  const calls = partner.calls.length;
  const decisions = await Promise.all([
    decided('approve', made.id, app.adminKey),
    decided('approve', made.id, app.adminKey),
    decided('decline', made.id, app.adminKey),
  ]);
  expect(decisions.filter(({ approval }) => approval !== null)).toHaveLength(1);
  expect(decisions.flatMap(faultsOf).map(({ code }) => code)).toEqual(['CONFLICT', 'CONFLICT']);
  const wasApproved = decisions.some(({ approval }) => approval?.status === 'APPROVED');
  if (wasApproved) await waitFor('the call', () => partner.calls.length === calls + 1);
});

const CHANGES: { what: string; change: (id: string, webhook: Webhook) => Promise<unknown>; message: RegExp }[] = [
  {
    what: 'its webhook was archived',
    change: (_id, { id }) => mutate(app, 'archiveWebhook', { id }),
    message: /^Its webhook is archived\.$/,
  },
  {
    what: 'its content was erased',
    change: (id) => erase(app, [uuidOf('Delivery', id) as string]),
    message: /^The content of the delivery was erased\.$/,
  },
  {
    what: 'it was replayed',
    change: async (id, webhook) => {
      await mutate(app, 'replayDelivery', { deliveryId: id, reason: 'by hand' });
      await allFinished(app, webhook, 1);
    },
    message: /^The delivery was replayed after this replay was requested/,
  },
  {
    what: 'the request expired',
    change: (id) =>
      app.database.query(`update approvals set expires_at = now() - interval '1 second' where delivery_id = $1`, [
        uuidOf('Delivery', id),
      ]),
    message: /^It expired at 20.*: request it again\.$/,
  },
];

test.each(CHANGES)('a request is not approved after $what', async ({ change, message }) => {
  const { id, webhook } = await delivered();
  const { approval: request } = await asked(id);
  await change(id, webhook);
  const calls = partner.calls.length;
  const [fault] = faultsOf(await decided('approve', request.id));
  expect(fault).toMatchObject({ field: ['id'], code: 'CONFLICT', message: expect.stringMatching(message) });
  const { data } = await app.ask('query ($id: ID!) { approval(id: $id) { status replay { id } } }', {
    id: request.id,
  });
  expect(data.approval).toEqual({ status: 'WAITING', replay: null });
  expect(partner.calls).toHaveLength(calls);
});

test('an expired request makes room for another one', async () => {
  const { id } = await delivered();
  const { approval: request } = await asked(id);
  await app.database.query(`update approvals set expires_at = now() where id = $1`, [uuidOf('Approval', request.id)]);
  expect((await asked(id)).approval.status).toBe('WAITING');
  const { data } = await app.ask('query ($id: ID!) { approval(id: $id) { status } }', { id: request.id });
  expect(data.approval.status).toBe('EXPIRED');
});

test.each([
  { what: 'an unknown delivery', input: { deliveryId: 'dlv_1' }, field: 'deliveryId', code: 'NOT_FOUND' },
  { what: 'another id', input: { deliveryId: 'whk_'.padEnd(36, '0') }, field: 'deliveryId', code: 'NOT_FOUND' },
  { what: 'no reason', input: { reason: '' }, field: 'reason', code: 'REQUIRED' },
  { what: 'a long reason', input: { reason: 'x'.repeat(10_000) }, field: 'reason', code: 'TOO_LARGE' },
  { what: 'a reason with control characters', input: { reason: 'a\u0000b' }, field: 'reason', code: 'INVALID' },
])('$what is refused, and nothing is asked for', async ({ input, field, code }) => {
  const { id } = await delivered();
  const given = { deliveryId: id, reason: 'x', ...input };
  const { data } = await askMutation(app, 'requestReplay', given, FIELDS, support);
  expect(data.requestReplay).toMatchObject({ approval: null, userErrors: [{ field: [field], code }] });
  const decision = { id: 'apr_1', reason: 'x', ...input, deliveryId: undefined };
  const refused = await askMutation(app, 'approve', decision, FIELDS, manager);
  const isAboutReason = field === 'reason';
  expect(refused.data.approve.userErrors).toMatchObject([
    isAboutReason ? { field: ['reason'], code } : { field: ['id'], code: 'NOT_FOUND' },
  ]);
  expect(await entriesOf(id)).toEqual([]);
});

test('a delivery that is open, or a test, cannot be asked for', async () => {
  const { id, webhook } = await delivered();
  await mutate(app, 'pauseWebhook', { id: webhook.id });
  await mutate(app, 'replayDelivery', { deliveryId: id, reason: 'held' });
  const [fault] = faultsOf(await asked(id));
  expect(fault?.message).toContain('held: its webhook is PAUSED');
});

test('with one manager alone, asking says that a second person is needed', async () => {
  const { id } = await delivered();
  await app.database.query(`update users set active = false where roles && '{SYSTEM_MANAGER,INTEGRATION_MANAGER}'`);
  try {
    const [fault] = faultsOf(await asked(id));
    expect(fault).toEqual({
      field: ['deliveryId'],
      code: 'CONFLICT',
      message:
        'A replay that is requested needs a second person, and no other active user has the role SYSTEM_MANAGER or ' +
        'INTEGRATION_MANAGER. Give this role to another user.',
    });
  } finally {
    await app.database.query(`update users set active = true`);
  }
});
