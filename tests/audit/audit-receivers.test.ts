// Whoever may take a webhook that receives the audit trail can hide: every mutation that takes it, or one of its deliveries, is
// for a SYSTEM_MANAGER alone.
import { readFileSync } from 'node:fs';
import { buildSchema, type ConstDirectiveNode } from 'graphql';
import { startTestApp, type TestApp } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';

interface Taken {
  webhook: string;
  open: string;
  delivered: string;
  replay: string;
  request: string;
  event: string;
  incoming: string;
  forwarding: string;
}

/** The inputs with which each mutation that another role may call takes the webhook, or one of its deliveries. */
const TAKING: Record<string, (taken: Taken) => object[]> = {
  createWebhook: ({ webhook }) => [{ name: 'In', direction: 'INCOMING', becomes: 'FORWARD', forwardTo: [webhook] }],
  updateWebhook: ({ webhook, incoming, forwarding }) => [
    { id: webhook, url: 'https://mine.example/' },
    { id: webhook, receiveAuditEvents: false },
    { id: incoming, becomes: 'FORWARD', forwardTo: [webhook] },
    { id: forwarding, becomes: 'BUSINESS_EVENT', forwardTo: [] },
  ],
  restoreWebhookVersion: ({ webhook }) => [{ id: webhook, version: 1 }],
  importWebhooks: () => [
    { document: fileOf({ name: 'SIEM', timeoutMs: 9_000 }) },
    { document: fileOf({ name: 'Other', previousName: 'SIEM' }) },
    { document: fileOf(), archiveAbsent: true },
    { document: fileOf(), archiveAbsent: true, dryRun: true },
    { document: fileOf({ name: 'In', direction: 'INCOMING', becomes: 'FORWARD', forwardTo: ['SIEM'] }) },
  ],
  rotateWebhookSecret: ({ webhook }) => [{ id: webhook }],
  rotateWebhookToken: ({ webhook }) => [{ id: webhook }],
  pauseWebhook: ({ webhook }) => [{ id: webhook }],
  resumeWebhook: ({ webhook }) => [{ id: webhook }],
  archiveWebhook: ({ webhook }) => [{ id: webhook }],
  testWebhook: ({ webhook, event }) => [{ id: webhook, sample: { eventId: event } }],
  previewWebhook: ({ webhook, event }) => [
    { id: webhook, sample: { eventId: event } },
    { id: webhook, draft: { condition: 'true' } },
  ],
  retryDelivery: ({ open }) => [{ deliveryId: open }],
  cancelDelivery: ({ open }) => [{ deliveryId: open, reason: 'x' }],
  replayDelivery: ({ delivered }) => [{ deliveryId: delivered, reason: 'x' }],
  replayDeliveries: ({ webhook }) => [
    { where: { webhook: { id: { eq: webhook } } }, reason: 'x' },
    { where: { createdAt: { gte: '1970-01-01T00:00:00Z' } }, reason: 'x', dryRun: true },
  ],
  pauseReplay: ({ replay }) => [{ id: replay }],
  resumeReplay: ({ replay }) => [{ id: replay }],
  cancelReplay: ({ replay }) => [{ id: replay }],
  requestReplay: ({ delivered }) => [{ deliveryId: delivered, reason: 'x' }],
  approve: ({ request }) => [{ id: request, reason: 'x' }],
  decline: ({ request }) => [{ id: request, reason: 'x' }],
};

/** Those that take neither, or do nothing with it, each with the reason. */
const OTHERS: Record<string, string> = {
  publishEvents: 'takes events; the document type of Hookledger is reserved',
  pauseDeliveries: 'stops the deliveries of all, for everybody to see',
  resumeDeliveries: 'lets those of all continue',
  exportWebhooks: 'reads settings, without secrets',
  exportWebhookRequestLogs: 'reads',
  exportEvidence: 'reads',
  verifyEvidence: 'reads',
  anchorEvidence: 'takes a head',
  attachEvidenceAnchor: 'takes a head',
  revealContent: 'reads, if a SYSTEM_MANAGER has allowed it for the webhook',
  placeLegalHold: 'keeps rows of the webhook',
  previewErasure: 'counts, and erases nothing',
  requestLegalHoldRelease: 'takes a hold, whose release needs an approval',
  revokeSession: 'takes a session',
  revokeSessions: 'takes a user',
  setMyMail: 'is about the caller',
  requestAddressVerification: 'is about the caller',
};

const fileOf = (...webhooks: object[]) => JSON.stringify({ format: 'hookledger/webhooks', formatVersion: 1, webhooks });

let app: TestApp;
let receiver: Receiver;
let key: string;
let taken: Taken;

beforeAll(async () => {
  [app, receiver] = await Promise.all([startTestApp(), startReceiver()]);
  key = await app.keyFor('INTEGRATION_MANAGER');
  receiver.answerWith(() => ({ status: 500 }));
  const { id: webhook } = await createTestWebhook(app, receiver.url, {
    name: 'SIEM',
    documentType: 'Hookledger',
    receiveAuditEvents: true,
  });
  const open = (await deliveryThatIs('RETRYING')).id;
  receiver.answerWith(() => ({ status: 204 }));
  const { id: incoming } = await incomingWebhook({});
  const { id: forwarding } = await incomingWebhook({ becomes: 'FORWARD', forwardTo: [webhook] });
  const { id: delivered, event } = await deliveryThatIs('DELIVERED');
  const where = { id: { in: [delivered] } };
  const ordered = await mutate(app, 'replayDeliveries', { where, reason: 'lost' }, 'replay { id }');
  await waitFor('the replay', async () => {
    const { data } = await app.ask('query ($id: ID!) { replay(id: $id) { status } }', { id: ordered.replay.id });
    return data.replay.status === 'QUEUED';
  });
  await waitFor('the delivery', async () => (await deliveryThatIs('DELIVERED', delivered)).id === delivered);
  const asked = await mutate(app, 'requestReplay', { deliveryId: delivered, reason: 'lost' }, 'approval { id }');
  const request = asked.approval.id;
  taken = { webhook, open, delivered, replay: ordered.replay.id, request, event, incoming, forwarding };
});
afterAll(() => Promise.all([app.stop(), receiver.stop()]));

async function incomingWebhook(settings: object): Promise<{ id: string }> {
  const input = { name: `In ${JSON.stringify(settings)}`, direction: 'INCOMING', ...settings };
  return (await mutate(app, 'createWebhook', input, 'webhook { id }')).webhook;
}

async function deliveryThatIs(status: string, id?: string): Promise<{ id: string; event: string }> {
  const where = { status: { eq: status }, ...(id && { id: { in: [id] } }) };
  let found: { id: string; businessEvent: { id: string } } | undefined;
  await waitFor(`a delivery that is ${status}`, async () => {
    const query = 'query ($where: DeliveryWhere) { deliveries(where: $where) { nodes { id businessEvent { id } } } }';
    found = (await app.ask(query, { where })).data.deliveries.nodes[0];
    return found !== undefined;
  });
  const { id: ofDelivery, businessEvent } = found as NonNullable<typeof found>;
  return { id: ofDelivery, event: businessEvent.id };
}

/** Of the mutations that a role other than SYSTEM_MANAGER may call. */
function namesOfMutations(): string[] {
  const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
  const rolesOf = ({ arguments: given }: ConstDirectiveNode) =>
    given?.flatMap(({ value }) => (value.kind === 'ListValue' ? value.values : [])) ?? [];
  return Object.values(schema.getMutationType()?.getFields() ?? {})
    .filter(({ astNode }) => {
      const roles = astNode?.directives?.find(({ name }) => name.value === 'hasRole');
      return !roles || rolesOf(roles).some((role) => role.kind !== 'EnumValue' || role.value !== 'SYSTEM_MANAGER');
    })
    .map(({ name }) => name);
}

test('it is decided of every mutation whether it takes the webhook or its deliveries', () => {
  expect([...Object.keys(TAKING), ...Object.keys(OTHERS)].sort()).toEqual(namesOfMutations().sort());
});

test.each(Object.entries(TAKING))('%s refuses an INTEGRATION_MANAGER', async (mutation, inputsOf) => {
  for (const input of inputsOf(taken)) {
    const { data, errors } = await askMutation(app, mutation, input, '', key);
    const refused = { data, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
    expect({ input, ...refused }).toEqual({
      input,
      data: null,
      code: 'FORBIDDEN',
      message: expect.stringMatching(/receives the audit trail \(receiveAuditEvents\): only a SYSTEM_MANAGER/),
    });
  }
});

test('nothing was changed, and a file that leaves it as it is can be imported', async () => {
  const query =
    'query ($id: ID!) { webhook(id: $id) { status version url } webhooks(where: { name: { eq: "In" } }) { nodes { id } } }';
  const { data } = await app.ask(query, { id: taken.webhook });
  expect(data).toEqual({ webhook: { status: 'ACTIVE', version: 1, url: receiver.url }, webhooks: { nodes: [] } });
  const { data: done } = await askMutation(
    app,
    'importWebhooks',
    { document: fileOf({ name: 'SIEM', receiveAuditEvents: true }) },
    'webhooks { action }',
    key,
  );
  expect(done.importWebhooks).toEqual({ webhooks: [{ action: 'UNCHANGED' }], userErrors: [] });
});

test('nobody sends an event about the audit trail to a webhook that may not receive it', async () => {
  const { id } = await createTestWebhook(app, receiver.url, { documentType: 'Nothing' });
  const { userErrors } = await mutate(app, 'testWebhook', { id, sample: { eventId: taken.event } });
  expect(userErrors).toEqual([
    {
      field: ['sample', 'eventId'],
      code: 'CONFLICT',
      message: expect.stringMatching(/^Partner may not receive audit\.\S+, which is about the audit trail/),
    },
  ]);
});
