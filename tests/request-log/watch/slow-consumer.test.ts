import { type IncomingMessage, request } from 'node:http';
import { createClient } from 'graphql-sse';
import { useTestApi } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { seedRequest } from '../pages/seeded-log';
import { openStream } from './event-source';

const app = useTestApi();

const WATCH = `subscription ($where: WebhookRequestLogWhere, $after: ID) {
  webhookRequestLogChanged(where: $where, after: $after) { id dropped webhookRequestLog { id url } }
}`;

/** Requests with addresses of 20 kB, numbered. */
async function seedLarge(document: string, from: number, to: number): Promise<void> {
  await app.database.query(
    `insert into webhook_request_logs (id, direction, status, reference_document, attempt_number, duplicate, method, url,
       started_at, finished_at)
     select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' || '8'
         || lpad(to_hex(n), 15, '0'))::uuid,
       'OUTGOING', 'SUCCEEDED', $1, 1, false, 'POST', 'https://partner.example/' || n || '?' || repeat('x', 20000), now(), now()
     from generate_series($2::int, $3::int) as n`,
    [document, from, to],
  );
}

const numberOf = (url: string) => Number(/(\d+)\?/.exec(url)?.[1]);

test('a slow client loses the oldest of 1,000 changes, receives their number, and can read them with `after`', async () => {
  const where = { referenceDocument: { eq: 'SLOW' } };
  const body = JSON.stringify({ query: WATCH, variables: { where } });
  const fast = await openStream(app.url, { query: WATCH, variables: { where }, key: app.adminKey });
  let text = '';
  let slow: IncomingMessage | undefined;
  const call = request(`${app.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${app.adminKey}`,
    },
  });
  call.on('response', (response) => {
    slow = response;
    response.on('data', (data) => {
      text += String(data);
    });
    response.pause();
  });
  call.on('error', () => undefined);
  call.end(body);
  await waitFor('the stream', () => slow);
  const total = 3_000;
  // in pieces that the fast one keeps up with
  for (let n = 1; n <= total; n += 100) {
    await seedLarge('SLOW', n, n + 99);
    await fast.next(n + 99);
  }
  expect(fast.changes().every(({ dropped }) => dropped === 0)).toBe(true);
  slow?.resume();
  await waitFor('the last one', () => text.includes(`partner.example/${total}?`));
  const changes = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)).data.webhookRequestLogChanged);
  const lost = changes.filter(({ dropped }) => dropped > 0);
  expect(lost).toHaveLength(1);
  expect(changes.length + lost[0].dropped).toBe(total);
  const at = changes.indexOf(lost[0]);
  // the newest thousand were kept
  expect(changes.length - at).toBe(1_000);
  const [before, after] = [changes[at - 1], changes[at]].map(({ webhookRequestLog }) =>
    numberOf(webhookRequestLog.url),
  );
  expect((after as number) - (before as number) - 1).toBe(lost[0].dropped);
  call.destroy();
  fast.close();
  const again = await openStream(app.url, {
    query: WATCH,
    variables: { where, after: changes[at - 1].id },
    key: app.adminKey,
  });
  await again.next(lost[0].dropped);
  expect(numberOf(again.changes()[0].webhookRequestLog.url)).toBe((before as number) + 1);
  expect(again.changes().every(({ dropped }) => dropped === 0)).toBe(true);
  again.close();
});

test('the client of the protocol receives changes and refusals', async () => {
  const client = createClient({
    url: `${app.url}/graphql/stream`,
    headers: { authorization: `Bearer ${app.adminKey}` },
    retryAttempts: 0,
  });
  const refused = client.iterate({ query: 'subscription { webhookRequestLogChanged(after: "x") { id } }' });
  expect(await refused.next()).toMatchObject({ value: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } });
  expect(await refused.next()).toMatchObject({ done: true });
  const changes = client.iterate<{ webhookRequestLogChanged: { webhookRequestLog: { referenceDocument: string } } }>({
    query: 'subscription { webhookRequestLogChanged { webhookRequestLog { referenceDocument } } }',
  });
  const heard: string[] = [];
  const listening = (async () => {
    for await (const { data } of changes) {
      heard.push(data?.webhookRequestLogChanged.webhookRequestLog.referenceDocument ?? '');
    }
  })();
  await waitFor('an event', async () => {
    await seedRequest(app.database, { referenceDocument: 'INV-0042' });
    return heard.length > 0;
  });
  expect(heard[0]).toBe('INV-0042');
  client.dispose();
  await listening.catch(() => undefined);
});
