import { documentId } from '../../src/documents/document-id';
import { toNodeId, uuidOf } from '../../src/values/ids';
import { pem } from '../delivery/partner';
import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { entryOf, entryOfSession, pausedWebhook, versionOf } from './history-rows';
import { incomingWebhook } from './incoming-rows';
import { makeMaskingRule, maskingMutations } from './masking-rows';
import { makeExport, makeRun, signedSize } from './ordered-rows';
import { sessionMutations } from './own-session';
import type { Ids } from './paths';
import { privacyIds, privacyMutations } from './privacy-rows';
import { approvedRequest, deadLetter, requestMutations } from './request-rows';
import { makeKey, makeRevokedKey, makeUser } from './user-rows';

const NOWHERE = 'http://127.0.0.1:9/';
let made = 0;

/** An event for which a webhook is tried. */
const SAMPLE = 'sample: { given: { documentType: "Nothing", event: "on_submit", referenceDocument: "X", data: {} } }';

/** An input that works. What it is about is made anew where the mutation uses it up. */
export async function mutationArgs(app: TestApp, ids: Ids, mutation: string): Promise<string> {
  made += 1;
  // so that others are not paused, and each of the two changes something
  await switchDeliveries(app, mutation === 'resumeDeliveries' ? 'pause' : 'resume');
  if (mutation === 'pauseDeliveries' || mutation === 'resumeDeliveries') switched.delete(app);
  const about = async (fields = '') => `input: { id: "${await idAbout(app, ids, mutation)}" ${fields} }`;
  const inputs: Record<string, () => string | Promise<string>> = {
    createUser: () => `input: { name: "made-${made}", roles: [] }`,
    updateUser: () => about(`fullName: "Name ${made}"`),
    setMyMail: () => otherMail(app, ids),
    requestAddressVerification: () => withAddress(app, ids),
    createApiKey: () => `input: { userId: "${ids.Scratch}", label: "made" }`,
    revokeApiKey: () => about(),
    ...sessionMutations(app, ids),
    ...maskingMutations(app, ids),
    createWebhook: () => `input: { name: "Made", url: "${NOWHERE}", documentType: "Nothing" }`,
    updateWebhook: () => about(`name: "Name ${made}"`),
    restoreWebhookVersion: () => about('version: 1'),
    exportWebhooks: () => `input: { where: { id: { eq: "${ids.Webhook}" } } }`,
    importWebhooks: () => `input: { document: ${JSON.stringify(fileWithOne(`Imported ${made}`))} }`,
    rotateWebhookSecret: () => about(),
    rotateWebhookToken: () => about(),
    pauseWebhook: () => about(),
    resumeWebhook: () => about(),
    archiveWebhook: () => about(),
    testWebhook: () => about(SAMPLE),
    previewWebhook: async () => {
      // one of the newest events that the webhook is for
      await publish(app, [invoice('X', { documentType: 'Nothing' })]);
      return about(SAMPLE);
    },
    retryDelivery: async () => `input: { deliveryId: "${await waitingDelivery(app)}" }`,
    cancelDelivery: async () => `input: { deliveryId: "${await waitingDelivery(app)}", reason: "made" }`,
    replayDelivery: async () => `input: { deliveryId: "${await endedDelivery(app)}", reason: "made" }`,
    replayDeliveries: async () => `input: { where: { id: { eq: "${await endedDelivery(app)}" } }, reason: "made" }`,
    pauseReplay: () => about(),
    resumeReplay: () => about(),
    cancelReplay: () => about(),
    ...requestMutations(app, endedDelivery),
    pauseDeliveries: () => 'input: { reason: "made" }',
    resumeDeliveries: () => 'input: {}',
    ...privacyMutations(app, ids.Webhook as string),
    exportEvidence: () => `input: { rows: { ids: ["${ids.WebhookRequestLog}"] }, reason: "Tried by a test" }`,
    verifyEvidence: () => 'input: { depth: TREE }',
    rotateEvidenceKey: () => 'input: { reason: "Tried by a test", compromisedAt: "2026-01-01T00:00:00Z" }',
    anchorEvidence: () => knowingWitness(app),
    attachEvidenceAnchor: async () =>
      `input: { treeSize: ${await signedSize(app)}, by: "made-${made}", proof: "AAAA" }`,
    exportWebhookRequestLogs: () => 'input: { where: { referenceDocument: { eq: "X" } } }',
    publishEvents: () =>
      'input: { events: [{ documentType: "Unwanted", event: "on_submit", referenceDocument: "X", data: {} }] }',
  };
  const input = inputs[mutation];
  if (!input) throw new Error(`say how ${mutation} is called`);
  return input();
}

/** So that it changes something. */
async function otherMail(app: TestApp, { key }: Ids): Promise<string> {
  const { data } = await app.ask('{ viewer { receivesMail } }', {}, key);
  return `input: { receivesMail: ${!data?.viewer?.receivesMail} }`;
}

/** So that there is an address to verify. @returns no arguments */
async function withAddress(app: TestApp, { key }: Ids): Promise<string> {
  const { data } = await app.ask('{ viewer { id } }', {}, key);
  await app.database.query('delete from mail_notices');
  await app.database.query(`update users set email = id || '@example.com', email_verified = false where id = $1`, [
    uuidOf('User', data?.viewer?.id ?? ''),
  ]);
  return '';
}

/** @returns no arguments */
async function knowingWitness(app: TestApp): Promise<string> {
  await app.database.query(
    `insert into evidence_anchor_targets (kind, by) values ('WITNESS', 'w') on conflict do nothing`,
  );
  return '';
}

/** How deliveries were switched last; not there: a mutation that is tried may have switched them. */
const switched = new WeakMap<TestApp, 'pause' | 'resume'>();

export async function switchDeliveries(app: TestApp, how: 'pause' | 'resume'): Promise<void> {
  if (switched.get(app) === how) return;
  await app.ask(`mutation { ${how}Deliveries(input: { reason: "made" }) { userErrors { message } } }`);
  switched.set(app, how);
}

function fileWithOne(name: string): string {
  const webhooks = [{ name, url: NOWHERE, documentType: 'Nothing' }];
  return JSON.stringify({ format: 'hookledger/webhooks', formatVersion: 1, webhooks });
}

async function idAbout(app: TestApp, ids: Ids, mutation: string): Promise<string> {
  if (mutation === 'updateUser') return ids.Scratch as string;
  if (mutation === 'revokeApiKey') return makeKey(app, ids.Scratch as string);
  if (mutation.endsWith('Replay')) return openReplay(app, mutation === 'resumeReplay' ? 'PAUSED' : 'PENDING');
  if (mutation === 'rotateWebhookToken') return incomingWebhook(app, []);
  const { id } = await createTestWebhook(app, NOWHERE, { documentType: 'Nothing' });
  if (mutation === 'restoreWebhookVersion') {
    await app.ask(`mutation { updateWebhook(input: { id: "${id}", name: "Other" }) { userErrors { message } } }`);
  }
  if (mutation === 'resumeWebhook') {
    await app.ask(`mutation { pauseWebhook(input: { id: "${id}" }) { userErrors { message } } }`);
  }
  return id;
}

/** A request of this webhook that timed out, and is counted. */
async function failedRequest(app: TestApp, webhook: string): Promise<void> {
  await app.database.query(
    `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, attempt_number, duplicate, method, url,
       started_at, finished_at, duration_ms, error_code)
     values (new_id(), $1, 'OUTGOING', 'FAILED', 'Sales Invoice', 1, false, 'POST', $2, now(), now(), 15000, 'TIMEOUT')`,
    [uuidOf('Webhook', webhook), NOWHERE],
  );
  await waitFor('the count of it', async () => {
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from request_stats_series where error_code = 'TIMEOUT'`,
    );
    return row && row.n > 0;
  });
}

/** A delivery that was decided against. @returns its id, once the decision is sealed */
async function skippedDelivery(app: TestApp): Promise<string> {
  const documentType = 'Skipped';
  await createTestWebhook(app, NOWHERE, { documentType, condition: 'false' });
  await publish(app, [invoice('INV-1', { documentType })]);
  await waitFor('the count of it', async () => {
    const [row] = await app.database.query<{ n: number }>(
      `select count(*)::int as n from delivery_stats_series where skip_reason = 'CONDITION_FALSE'`,
    );
    return row && row.n > 0;
  });
  return waitFor('the seal of the decision', async () => {
    const answer = await app.ask(
      '{ deliveries(where: { status: { eq: SKIPPED } }) { nodes { id evidence { status } } } }',
    );
    const [found] = answer.data.deliveries.nodes;
    return found?.evidence.status === 'SEALED' && (found.id as string);
  });
}

/** A delivery that waits for an earlier one of its document. */
async function heldBackDelivery(app: TestApp): Promise<string> {
  const documentType = 'Ordered';
  await createTestWebhook(app, NOWHERE, { documentType, ordering: 'HOLD', retrySchedule: [3600] });
  await publish(app, [invoice('INV-1', { documentType }), invoice('INV-1', { documentType })]);
  return waitFor('a delivery that waits for another', async () => {
    const answer = await app.ask('{ deliveries(where: { waitsFor: { eq: PREDECESSOR } }) { nodes { id } } }');
    return answer.data.deliveries.nodes[0]?.id as string | undefined;
  });
}

async function eventOf(app: TestApp, delivery: string): Promise<string> {
  const answer = await app.ask(`{ delivery(id: "${delivery}") { businessEvent { id } } }`);
  return answer.data.delivery.businessEvent.id;
}

/** A delivery whose first attempt comes in an hour. */
async function waitingDelivery(app: TestApp): Promise<string> {
  const documentType = `Waiting ${made}`;
  await createTestWebhook(app, NOWHERE, { documentType, retrySchedule: [3600] });
  const [event] = await publish(app, [invoice('INV-1', { documentType })]);
  return waitFor('the delivery', async () => {
    const answer = await app.ask(`{ businessEvent(id: "${event}") { deliveries { nodes { id } } } }`);
    return answer.data.businessEvent.deliveries.nodes[0]?.id as string | undefined;
  });
}

async function endedDelivery(app: TestApp): Promise<string> {
  const id = await waitingDelivery(app);
  await app.ask(
    `mutation { cancelDelivery(input: { deliveryId: "${id}", reason: "made" }) { userErrors { message } } }`,
  );
  return id;
}

/** A replay whose next step comes in an hour. */
async function openReplay(app: TestApp, status: string): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into replays (id, status, condition, reason, rate, ordered_by, last_delivery_id, delivery_count, replayed, skipped,
       next_step_at, created_at)
     select new_id(), $1, '{}', 'made', 1, id, new_id(), 0, 0, 0, now() + interval '1 hour', now() from users limit 1
     returning id`,
    [status],
  );
  return toNodeId('Replay', row?.id as string);
}

/** A key as it may have become, whatever the API would have allowed. */
export async function keyWith(app: TestApp, userRoles: string[], keyRoles: string[] | null): Promise<string> {
  const token = await app.keyFor('SUPPORT');
  const keyId = token.slice(3, 11);
  await app.database.query('update users set roles = $1 where id = (select user_id from api_keys where key_id = $2)', [
    userRoles,
    keyId,
  ]);
  await app.database.query('update api_keys set roles = $1 where key_id = $2', [keyRoles, keyId]);
  return token;
}

/** One row of each type, linked to the others in every direction; `Scratch` is a user to change. */
export async function seed(app: TestApp, partnerUrl: string): Promise<Ids> {
  const amina = await makeUser(app, 'amina');
  const { id: webhook } = await createTestWebhook(app, partnerUrl, {
    documentType: 'Sales Invoice',
    ownerId: amina,
    secretHeaders: [{ name: 'X-Key', value: 'secret' }],
    headers: [{ name: 'X-Number', value: '{{ doc.name }}' }],
    bodyFormat: 'JSON',
    fields: [{ key: 'number', fieldname: 'name' }],
    rateLimit: { maxRequests: 10_000, seconds: 1 },
  });
  // its first secret expires in a day
  await mutate(app, 'rotateWebhookSecret', { id: webhook });
  const causedBy = await waitingDelivery(app);
  const [event] = await publish(app, [invoice('INV-0042', { user: 'amina', causedBy })]);
  const delivered = (attempts: number) =>
    waitFor(`${attempts} attempts that arrived`, async () => {
      const answer = await app.ask(`{ businessEvent(id: "${event}") {
        deliveries { nodes { id status attempts requests { nodes { id } } } } } }`);
      const [found] = answer.data.businessEvent.deliveries.nodes;
      const isSo = found?.status === 'DELIVERED' && found.attempts === attempts;
      return isSo && { delivery: found.id as string, request: found.requests.nodes[0].id as string };
    });
  const { delivery } = await delivered(1);
  const replayed = await app.ask(`mutation {
    replayDelivery(input: { deliveryId: "${delivery}", reason: "seen" }) { replay { id } } }`);
  const { request } = await delivered(2);
  await failedRequest(app, webhook);
  const skipped = await skippedDelivery(app);
  const incoming = await incomingWebhook(app, [webhook]);
  const { id: proxied } = await createTestWebhook(app, NOWHERE, {
    documentType: 'Nothing',
    proxy: { url: NOWHERE, username: 'us', password: 'secret' },
    caCertificates: [pem('ca')],
  });
  return {
    User: amina,
    ApiKey: await makeKey(app, amina),
    Webhook: webhook,
    BusinessEvent: event as string,
    Delivery: delivery,
    WebhookRequestLog: request,
    Replay: replayed.data.replayDelivery.replay.id,
    ...(await approvedRequest(app, await endedDelivery(app))),
    ...(await deadLetter(app, {
      Delivery: delivery,
      BusinessEvent: event as string,
      Webhook: webhook,
      WebhookRequestLog: request,
    })),
    BusinessDocument: documentId({ documentType: 'Sales Invoice', name: 'INV-0042' }),
    Export: await makeExport(app),
    EvidenceRun: await makeRun(app),
    ...(await privacyIds(app)),
    AuditEntry: await entryOf(app, webhook),
    'AuditEntry.session': await entryOfSession(app),
    'AuditEntry.sessionId': await entryOfSession(app),
    WebhookVersion: await versionOf(app, webhook),
    MaskingRule: await makeMaskingRule(app, webhook),
    'ApiKey.revokedBy': await makeRevokedKey(app, amina),
    'User.auditEntries': (await app.ask('{ viewer { id } }')).data.viewer.id,
    'Webhook.statusChangedBy': await pausedWebhook(app),
    'Delivery.cancelledBy': await endedDelivery(app),
    'Webhook.incoming': incoming,
    'Webhook.unrecordedRefusals': incoming,
    'Webhook.proxy': proxied,
    'Webhook.caCertificates': proxied,
    'Delivery.predecessor': await heldBackDelivery(app),
    'Delivery.evidence': skipped,
    'Delivery.effects': causedBy,
    'BusinessEvent.effects': await eventOf(app, causedBy),
    Scratch: await makeUser(app, 'scratch'),
  };
}
