// What monitors see of the requests of the API, and of publishing.
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(() => app.stop());

/** What has been counted, without zeros: `{labels}` and number. */
async function counted(metric: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${app.url}/metrics`)).text();
  const samples = [...text.matchAll(new RegExp(`^${metric}(?:\\{(.*)\\})? ([1-9]\\d*)$`, 'gm'))];
  return Object.fromEntries(samples.map(([, labels = '', value]) => [labels.replaceAll('"', ''), Number(value)]));
}

const EVENT = { documentType: 'Invoice', event: 'paid', referenceDocument: 'INV-1', data: {}, idempotencyKey: 'once' };

async function post(path: string, body: string, key = app.adminKey): Promise<number> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return (await fetch(`${app.url}${path}`, { method: 'POST', headers, body })).status;
}

test('requests are counted by kind and outcome, publishing and its events too', async () => {
  // the second is answered without Apollo
  for (let n = 0; n < 2; n += 1) await app.ask('{ viewer { id } }');
  await app.ask('{ nothing }');
  await app.ask('{ viewer { id } }', {}, 'hl_wrong');
  const publish =
    'mutation ($events: [PublishEventInput!]!) { publishEvents(input: { events: $events }) { userErrors { message } } }';
  const { errors } = await app.ask(publish, { events: [EVENT] });
  expect(errors).toBeUndefined();
  const auditor = await app.keyFor('AUDITOR');
  await app.ask(publish, { events: [EVENT] }, auditor);
  expect(await post('/graphql', 'no JSON')).toBe(400);
  expect(await post('/events', JSON.stringify(EVENT))).toBe(200);
  expect(await post('/events', JSON.stringify({ ...EVENT, data: 7, event: '' }))).toBe(422);
  expect(await post('/events', JSON.stringify(EVENT), auditor)).toBe(403);
  await waitFor(
    'the last request',
    async () => (await counted('hookledger_api_requests_total'))['kind=publish,outcome=FORBIDDEN'],
  );

  expect(await counted('hookledger_api_requests_total')).toMatchObject({
    'kind=query,outcome=OK': 2,
    'kind=other,outcome=BAD_USER_INPUT': 2,
    'kind=other,outcome=UNAUTHENTICATED': 1,
    'kind=mutation,outcome=FORBIDDEN': 1,
    'kind=publish,outcome=OK': 1,
    'kind=publish,outcome=BAD_USER_INPUT': 1,
    'kind=publish,outcome=FORBIDDEN': 1,
  });
  expect(await counted('hookledger_api_request_duration_seconds_count')).toMatchObject({
    'kind=query': 2,
    'kind=publish': 3,
  });
  expect(await counted('hookledger_publish_calls_total')).toMatchObject({ 'outcome=OK': 2 });
  expect(await counted('hookledger_published_events_total')).toEqual({ 'duplicate=false': 1, 'duplicate=true': 1 });
});
