// What calls become: events for all that want them, for some alone, or nothing; and what goes on with them.
import { uuidOf } from '../../src/values/ids';
import { deliveriesOf } from '../delivery/attempt/stored-attempts';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { sendRaw } from '../support/raw-http';
import { type ReceivedCall, type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';
import { agree, callStandard, callUnsigned, eventsOf, githubHeaders, JSON_TYPE, receivedBy } from './callers';

let app: TestApp;
let ours: Receiver;

beforeAll(async () => {
  [app, ours] = await Promise.all([startTestApp(), startReceiver()]);
});
beforeEach(() => {
  ours.calls.length = 0;
  ours.answerWith(() => ({}));
});
afterAll(() => Promise.all([app.stop(), ours.stop()]));

const own = (path: string, settings: object = {}) => createTestWebhook(app, `${ours.url}${path}`, settings);
const arrived = (path: string) =>
  waitFor(`a call at ${path}`, () => ours.calls.find((call) => call.path === `/hook${path}`)) as Promise<ReceivedCall>;

/** Waits until every published event has been fanned out, and lists the webhooks that matched. */
async function wantedBy(agreed: { id: string }): Promise<string[]> {
  return waitFor('the event to be fanned out', async () => {
    const [event] = (await eventsOf(app, agreed)).slice(-1);
    const rows = await app.database.query<{ fanned: Date | null; ids: string[] }>(
      `select e.fanned_out_at as fanned, array(select webhook_id::text from deliveries d where d.business_event_id = e.id) as ids
       from business_events e where e.id = $1`,
      [event?.id],
    );
    return rows[0]?.fanned ? rows[0].ids : null;
  });
}

test('an event goes to every outgoing webhook that wants its type and event, and to no other', async () => {
  const wanting = [
    await own('/any', { documentType: null }),
    await own('/type', { documentType: 'Claim' }),
    await own('/event', { documentType: 'Claim', events: ['opened'] }),
  ];
  const others = [
    await own('/other', { documentType: 'Claim', events: ['closed'] }),
    await own('/else', { documentType: 'Lead' }),
  ];
  const agreed = await agree(app, { provider: 'NONE', documentType: 'Claim' });
  await callUnsigned(agreed, '{"event":"opened"}');
  const ids = await wantedBy(agreed);
  expect(new Set(ids)).toEqual(new Set(wanting.map(({ id }) => uuidOf('Webhook', id))));
  expect(ids).not.toContain(uuidOf('Webhook', others[0]?.id as string));
  for (const { id } of [...wanting, ...others]) await mutate(app, 'archiveWebhook', { id });
});

test('FORWARD goes to the named ones alone, whatever they and others want, and only for these calls', async () => {
  const everything = await own('/everything', { documentType: null });
  const named = await own('/named', { documentType: 'Lead', events: ['never'] });
  const agreed = await agree(app, {
    provider: 'NONE',
    documentType: 'Claim',
    becomes: 'FORWARD',
    forwardTo: [named.id],
  });
  await callUnsigned(agreed, '{"event":"opened"}');
  expect(await wantedBy(agreed)).toEqual([uuidOf('Webhook', named.id)]);
  expect((await arrived('/named')).headers['webhook-signature']).toMatch(/^v1,/);
  await publish(app, [invoice('INV-1', { documentType: 'Claim' })]);
  await arrived('/everything');
  expect(await deliveriesOf(app, named.id)).toHaveLength(1);
  expect((await deliveriesOf(app, everything.id)).map((each) => each.referenceDocument)).toEqual(['INV-1']);
  await mutate(app, 'archiveWebhook', { id: everything.id });
});

test('what is forwarded to a webhook that is paused waits, and arrives when it is resumed', async () => {
  const named = await own('/paused');
  await mutate(app, 'pauseWebhook', { id: named.id });
  const agreed = await agree(app, { provider: 'NONE', becomes: 'FORWARD', forwardTo: [named.id] });
  await callUnsigned(agreed, '{"event":"opened"}');
  await wantedBy(agreed);
  expect(await deliveriesOf(app, named.id)).toMatchObject([{ held: true }]);
  await mutate(app, 'resumeWebhook', { id: named.id });
  await arrived('/paused');
});

test('RECORD becomes no event', async () => {
  const agreed = await agree(app, { provider: 'NONE', becomes: 'RECORD' });
  expect((await callUnsigned(agreed, '{"event":"opened"}')).status).toBe(200);
  expect(await eventsOf(app, agreed)).toEqual([]);
  expect(await receivedBy(app, agreed)).toMatchObject([
    { status: 'SUCCEEDED', event: 'opened', businessEventId: null },
  ]);
});

test('calls of other events than those named are recorded and become nothing more', async () => {
  const agreed = await agree(app, { provider: 'NONE', events: ['paid'] });
  for (const event of ['paid', 'void', 'PAID'])
    expect((await callUnsigned(agreed, `{"event":"${event}"}`)).status).toBe(200);
  expect((await eventsOf(app, agreed)).map(({ event }) => event)).toEqual(['paid']);
  expect((await receivedBy(app, agreed)).map((row) => [row.event, row.businessEventId !== null])).toEqual([
    ['paid', true],
    ['void', false],
    ['PAID', false],
  ]);
});

describe('headers', () => {
  const SECRET = 'a-secret-that-goes-nowhere';
  async function pass(passHeaders: string[], path: string, settings: object = {}) {
    const named = await own(path, { bodyFormat: 'ORIGINAL', passHeaders, ...settings });
    const agreed = await agree(app, {
      provider: 'TOKEN',
      verification: { header: 'X-Api-Token' },
      secret: SECRET,
      becomes: 'FORWARD',
      forwardTo: [named.id],
    });
    const body = '{"event":"push"}';
    const headers = {
      ...JSON_TYPE,
      'X-Api-Token': SECRET,
      Authorization: `Bearer ${SECRET}`,
      Cookie: `s=${SECRET}`,
      'X-GitHub-Event': 'push',
      'X-Umlaut': Buffer.from('ü').toString('latin1'),
      'X-Ours': 'theirs',
      'User-Agent': 'GitHub-Hookshot/1',
      'X-Forwarded-For': '203.0.113.9',
      'X-Request-Id': 'theirs',
      'Webhook-Signature': 'v1,theirs',
      'Webhook-Id': 'msg_theirs',
      'Transfer-Encoding-X': '1',
      Te: 'trailers',
      'Proxy-Authorization': `Basic ${SECRET}`,
      Referer: agreed.address,
    };
    expect((await sendRaw(agreed.address, { headers, body })).status).toBe(200);
    const call = await arrived(path);
    expect(call.body.toString()).toBe(body);
    const text = JSON.stringify(call.headers);
    expect([text.includes(SECRET), text.includes(agreed.token)]).toEqual([false, false]);
    return call.headers;
  }

  test('none go on by themselves', async () => {
    const headers = await pass([], '/none');
    expect([headers['x-github-event'], headers['x-umlaut'], headers.referer]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('those that are named go on, in any spelling, and no other', async () => {
    const headers = await pass(['X-GitHub-Event', 'x-umlaut', 'x-missing', 'Authorization', 'X-Api-Token'], '/some');
    expect([headers['x-github-event'], headers['x-ours']]).toEqual(['push', undefined]);
    expect(Buffer.from(headers['x-umlaut'] as string, 'latin1').toString()).toMatch(/^ü$|^undefined$/);
    expect([headers.authorization, headers['x-api-token'], headers.cookie]).toEqual([undefined, undefined, undefined]);
  });

  test('with * all are passed on except secrets, headers about the route to us, and our own headers', async () => {
    const headers = await pass(['*'], '/all', { headers: [{ name: 'X-Ours', value: 'ours' }] });
    expect(headers).toMatchObject({ 'x-github-event': 'push', 'x-ours': 'ours', 'content-type': 'application/json' });
    expect(headers['webhook-id']).toMatch(/^dlv_/);
    expect(headers['webhook-signature']).toMatch(/^v1,(?!theirs)/);
    for (const name of [
      'authorization',
      'cookie',
      'x-api-token',
      'x-forwarded-for',
      'x-request-id',
      'te',
      'proxy-authorization',
    ])
      expect([name, headers[name]]).toEqual([name, undefined]);
    expect(headers['user-agent']).not.toContain('GitHub');
    expect(headers.referer ?? '').not.toContain('in_');
  });
});

test('a call of GitHub goes on as it came, signed by us, again until it arrives', async () => {
  const named = await own('/again', {
    bodyFormat: 'ORIGINAL',
    passHeaders: ['x-github-event'],
    retrySchedule: [0, 0, 0],
  });
  const agreed = await agree(app, {
    provider: 'GITHUB',
    secret: 'a secret of theirs',
    becomes: 'FORWARD',
    forwardTo: [named.id],
  });
  ours.answerWith((_call, n) => ({ status: n < 3 ? 500 : 200 }));
  const body = '{ "ref":"refs/heads/main" }';
  await sendRaw(agreed.address, {
    headers: { ...JSON_TYPE, ...(await githubHeaders('a secret of theirs', body)) },
    body,
  });
  await waitFor('it to arrive', async () => (await deliveriesOf(app, named.id))[0]?.status === 'DELIVERED');
  expect(ours.calls.map((call) => [call.body.toString(), call.headers['x-github-event']])).toEqual(
    Array(3).fill([body, 'push']),
  );
  expect(new Set(ours.calls.map((call) => call.headers['webhook-id'])).size).toBe(1);
});

describe('loops', () => {
  test('an event is not sent to the webhook that caused it, and is sent to others', async () => {
    const first = await own('/first', { documentType: 'Echo' });
    const second = await own('/second', { documentType: 'Echo' });
    await publish(app, [invoice('E-1', { documentType: 'Echo' })]);
    const deliveryId = (await arrived('/first')).headers['webhook-id'] as string;
    await arrived('/second');
    const agreed = await agree(app, { provider: 'NONE', documentType: 'Echo' });
    await callUnsigned(agreed, '{"event":"back"}', { ...JSON_TYPE, 'webhook-id': deliveryId });
    await wantedBy(agreed);
    expect((await deliveriesOf(app, first.id)).at(-1)).toMatchObject({ status: 'SKIPPED', skipReason: 'LOOP' });
    await waitFor('the other', async () => (await deliveriesOf(app, second.id)).at(-1)?.status === 'DELIVERED');
    expect((await eventsOf(app, agreed))[0]?.causedBy).toBe(uuidOf('Delivery', deliveryId));
    for (const { id } of [first, second]) await mutate(app, 'archiveWebhook', { id });
  });

  test('a delivery that we never made causes nothing', async () => {
    const agreed = await agree(app, { provider: 'NONE' });
    await callUnsigned(agreed, '{}', { ...JSON_TYPE, 'webhook-id': `dlv_${'0'.repeat(32)}` });
    expect((await eventsOf(app, agreed))[0]?.causedBy).toBeNull();
  });

  test('an outgoing webhook that calls an address of ours does not go in circles', async () => {
    const agreed = await agree(app, { provider: 'STANDARD_WEBHOOKS', documentType: 'Circle' });
    const circle = await createTestWebhook(app, agreed.address, { documentType: 'Circle', secret: agreed.secret });
    await publish(app, [invoice('C-1', { documentType: 'Circle' })]);
    await waitFor('our own call', async () => (await receivedBy(app, agreed)).length > 0);
    const deliveries = await waitFor('both to be over', async () => {
      const found = await deliveriesOf(app, circle.id);
      return found.length > 1 && found.every(({ finishedAt }) => finishedAt !== null) && found;
    });
    expect(deliveries.map(({ status, skipReason }) => [status, skipReason])).toEqual([
      ['DELIVERED', null],
      ['SKIPPED', 'LOOP'],
    ]);
    expect(await receivedBy(app, agreed)).toHaveLength(1);
    await callStandard(agreed, '{"type":"x"}');
  });
});
