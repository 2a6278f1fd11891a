// The week that the demo inserts holds together as one that has happened: sealed, counted, and without holes.
import { Webhook } from 'standardwebhooks';
import { createClient } from '../../src/programs/demo/partner';
import { offerSignInLink } from '../../src/programs/demo/sign-in-link';
import { caughtUp, type Week, writeWeek } from '../../src/programs/demo/week';
import { PARTNERS } from '../../src/programs/demo/week-partners';
import { type PlannedEvent, planWeek } from '../../src/programs/demo/week-plan';
import { addEvent, noRows } from '../../src/programs/demo/week-rows';
import { startTestApp, type TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';

let app: TestApp;
let week: Week;

beforeAll(async () => {
  app = await startTestApp();
  const client = createClient(app.url, app.adminKey);
  week = (await writeWeek(client, app.database.migrationUrl, app.url)) as Week;
  await caughtUp(client, app.database.migrationUrl);
}, 120_000);
afterAll(() => app.stop());

const DAY_MS = 86_400_000;

test('is of the last seven days, in both directions, with each outcome that partners have', async () => {
  const { data, errors } = await app.ask(
    `query ($from: DateTime!) {
      all: webhookRequestLogs(first: 1) { totalCount }
      older: webhookRequestLogs(first: 1, where: { startedAt: { lt: $from } }) { totalCount }
      timedOut: webhookRequestLogs(first: 1, where: { errorCode: { eq: TIMEOUT } }) { nodes { error } }
      down: webhookRequestLogs(first: 1, where: { errorCode: { eq: CONNECT } }) { nodes { error } }
      refused: webhookRequestLogs(first: 1, where: { status: { eq: REFUSED } }) { nodes { direction error responseStatus } }
      duplicate: webhookRequestLogs(first: 1, where: { duplicate: { eq: true } }) { nodes { businessEvent { id } } }
      retried: deliveries(first: 1, where: { status: { eq: DELIVERED }, attempts: { gt: 1 } }) { nodes { attempts } }
      givenUp: deliveries(first: 1, where: { status: { eq: EXHAUSTED } }) { nodes { referenceDocument } }
      skipped: deliveries(first: 1, where: { status: { eq: SKIPPED } }) { nodes { skipReason skipMessage } }
      open: deliveries(first: 1, where: { status: { eq: RETRYING } }) { nodes { nextAttemptAt webhook { name } } }
    }`,
    { from: new Date(Date.now() - 7 * DAY_MS - 60_000) },
  );
  expect(errors).toBeUndefined();
  expect(data.all.totalCount).toBe(week.requests);
  expect(week.requests).toBeGreaterThan(500);
  expect(data.older.totalCount).toBe(0);
  expect(data.timedOut.nodes).toEqual([{ error: 'api.daralnour.example did not answer within 15 s.' }]);
  expect(data.down.nodes[0].error).toContain('crm.legacy-systems.example');
  expect(data.refused.nodes).toEqual([
    { direction: 'INCOMING', error: expect.stringContaining('does not match'), responseStatus: 401 },
  ]);
  expect(data.duplicate.nodes[0].businessEvent.id).toMatch(/^evt_/);
  expect(data.retried.nodes).toHaveLength(1);
  expect(data.givenUp.nodes[0].referenceDocument).toMatch(/^DN-26-/);
  expect(data.skipped.nodes).toEqual([
    { skipReason: 'CONDITION_FALSE', skipMessage: 'The condition is false: doc.currency == "SAR"' },
  ]);
  expect(data.open.nodes[0].webhook.name).toBe('Legacy CRM');
});

test('its sealed log verifies, and no row is missing in either month', async () => {
  const { data } = await app.ask(
    'mutation { verifyEvidence(input: {}) { evidenceRun { id } userErrors { message } } }',
  );
  expect(data.verifyEvidence.userErrors).toEqual([]);
  const run = await waitFor('the verification to end', async () => {
    const answer = await app.ask(
      'query ($id: ID!) { evidenceRun(id: $id) { status findingCount findings { name message } error } }',
      { id: data.verifyEvidence.evidenceRun.id },
    );
    return answer.data.evidenceRun.status === 'RUNNING' ? null : answer.data.evidenceRun;
  });
  expect(run).toMatchObject({ findingCount: 0, findings: [], error: null });
  for (const at of [Date.now(), Date.now() - 7 * DAY_MS]) {
    const month = new Date(at).toISOString().slice(0, 7);
    const answer = await app.ask(
      `query ($month: String!) { evidenceCompleteness(month: $month) { holeCount waitingCount holes { message } } }`,
      { month },
    );
    expect({ month, ...answer.data.evidenceCompleteness }).toEqual({ month, holeCount: 0, waitingCount: 0, holes: [] });
  }
});

test('its statistics count what its lists have', async () => {
  const figures = await waitFor('all requests and deliveries to be counted', async () => {
    const { data } = await app.ask(
      `query ($from: DateTime!, $to: DateTime!) {
        requests: webhookRequestLogStats(range: { from: $from, to: $to }, bucket: DAY) { total { requestCount } }
        deliveries: deliveryStats(range: { from: $from, to: $to }, bucket: DAY) { total { deliveryCount } }
      }`,
      { from: new Date(Date.now() - 8 * DAY_MS), to: new Date() },
    );
    const { requests, deliveries } = data;
    return requests.total.requestCount >= week.requests && deliveries.total.deliveryCount > 0 ? data : null;
  });
  const { data } = await app.ask('{ deliveries(first: 1) { totalCount } }');
  expect(figures.requests.total.requestCount).toBe(week.requests);
  expect(figures.deliveries.total.deliveryCount).toBe(data.deliveries.totalCount);
});

test('its documents are found by their words', async () => {
  const { data } = await app.ask(
    `{ webhookRequestLogs(first: 1, where: { search: "Centrifugal", webhook: { name: { eq: "Nordic Bank" } } }) {
      nodes { dataBody { text } } } }`,
  );
  const [{ dataBody }] = data.webhookRequestLogs.nodes;
  expect(JSON.parse(dataBody.text)).toMatchObject({
    type: 'journal_entry.on_submit',
    data: { doctype: 'Journal Entry' },
  });
});

test('each attempt is signed with the secret of its webhook', () => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const id = '019cb6e2-f0a1-7b4c-8d5e-6f7a8b9c0d1e';
  const agreed = { webhookId: id, secretId: id, secret, userId: id };
  const outgoing = new Map(PARTNERS.map(({ name }) => [name, agreed]));
  const parties = { outgoing, people: [id, id, id, id], publisher: { userId: id, apiKeyId: id } };
  const rows = noRows();
  // a receiver accepts a signature for five minutes
  const [event] = planWeek(Date.now()).events.slice(-1);
  addEvent(rows, { ...(event as PlannedEvent), ...atNow(event as PlannedEvent) }, parties);
  const [{ body }] = rows.payloads as [{ body: string }];
  const [{ headers }] = rows.webhook_request_logs as [{ headers: string }];
  const verified = new Webhook(secret).verify(
    Buffer.from(body.slice(2), 'hex'),
    Object.fromEntries(JSON.parse(headers)),
  );
  expect(verified).toMatchObject({ data: { name: event?.name } });
});

/** The event and its attempts, as if it had just been published. */
function atNow({ deliveries }: PlannedEvent): Partial<PlannedEvent> {
  const now = Date.now();
  const moved = deliveries.map((each) => ({
    ...each,
    isWanted: true,
    attempts: [{ startedMs: now, durationMs: 40, trouble: null }],
    nextMs: null,
  }));
  return { createdMs: now, deliveries: moved };
}

test('a second demo writes no second week', async () => {
  expect(await writeWeek(createClient(app.url, app.adminKey), app.database.migrationUrl, app.url)).toBeNull();
});

test('the link signs in once, and not after ten minutes', async () => {
  const link = await offerSignInLink(app.url, app.adminKey);
  const open = (url: string) => fetch(url, { redirect: 'manual' });
  try {
    expect((await open(`${link.url}x`)).status).toBe(404);
    const answer = await open(link.url);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, app.url]);
    const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
    const viewer = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', cookie },
      body: '{"query":"{ viewerRoles }"}',
    });
    expect(await viewer.json()).toMatchObject({ data: { viewerRoles: expect.arrayContaining(['SYSTEM_MANAGER']) } });
    expect((await open(link.url)).status).toBe(410);
  } finally {
    await link.stop();
  }
  let ms = Date.now();
  const late = await offerSignInLink(app.url, app.adminKey, () => ms);
  ms += 600_001;
  try {
    expect((await open(late.url)).status).toBe(410);
  } finally {
    await late.stop();
  }
});
