import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObjectType } from 'graphql';
import { sharedSchema } from '../src/server/schema/schema';
import { openStream } from './request-log/watch/event-source';
import { startTestApp, type TestApp } from './support/app';
import { mutate } from './support/mutate';
import { type Receiver, startReceiver } from './support/receiver';
import { examplesIn, faultsOf } from './support/repository/documented-queries';
import { waitFor } from './support/wait-for';
import { createTestWebhook, invoice, publish } from './support/webhooks';

const ROOT = join(__dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
const pages = ['README.md', ...docs.map((name) => join('docs', name))].filter((path) => path.endsWith('.md'));
const schema = sharedSchema();

test.each(pages.filter((page) => examplesIn(read(page)).length > 0))('every query in %s is right', (page) => {
  expect(examplesIn(read(page)).flatMap((example) => faultsOf(schema, example))).toEqual([]);
});

/** What the commands of a page send to the API. */
const sentBy = (page: string) =>
  [...read(page).matchAll(/^```sh\n(.+?)^```$/gms)].flatMap(([, commands = '']) =>
    [...commands.matchAll(/(?:-d|^ask) '([^']+)'/gm)].map(([, json = '']) => json),
  );

test('the bodies that commands in the pages send are JSON', () => {
  const sent = pages.flatMap((page) => sentBy(page).map((json) => ({ page, json })));
  expect(sent.length).toBeGreaterThan(3);
  const isJson = ({ json }: { json: string }) => {
    try {
      return JSON.parse(json) !== null;
    } catch {
      return false;
    }
  };
  expect(sent.filter((each) => !isJson(each))).toEqual([]);
});

/** Each example of the page: the question in bold before it, and the role that its section is for. */
const MANUAL = read('docs/reading-the-log.md')
  .split(/^## /m)
  .flatMap((section) => {
    const role = section.startsWith('For the auditor') ? 'AUDITOR' : 'SUPPORT';
    const parts = section.split(/^(?=\*\*)/m);
    return parts.flatMap((part) => {
      const [, question = ''] = /^\*\*(.+?)\*\*/s.exec(part) ?? [];
      return examplesIn(part).map((example) => [`${role}: ${question}`, role, example] as const);
    });
  });

describe('on a log with something in it', () => {
  let app: TestApp;
  let partner: Receiver;
  let keys: Record<'SUPPORT' | 'AUDITOR', string>;
  let received: Record<string, string> = {};
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    [app, partner] = await Promise.all([startTestApp(), startReceiver()]);
    partner.answerWith(({ path }, n) => ({ status: path === '/treasury' && n < 100 ? 500 : 200 }));
    const hook = (name: string, settings: object) =>
      createTestWebhook(app, new URL(`/${name}`, partner.url).href, { name, ...settings });
    const bookkeeping = await hook('bookkeeping', {});
    await hook('treasury', { retrySchedule: [0, 0] });
    await hook('warehouse', { condition: 'doc.grand_total > 40000.0' });
    const [event = ''] = await publish(app, [invoice('INV-0042', { user: 'amina@example.com' })]);
    await waitFor('three ends', async () => {
      const { data } = await app.ask('{ deliveries(where: { finishedAt: { isNull: false } }) { totalCount } }');
      return data.deliveries.totalCount === 3;
    });
    const { data } = await app.ask(
      `{ deliveries(where: { status: { eq: DELIVERED } }) { nodes { id requests { nodes { id user { id } } } } } }`,
    );
    const [delivery] = data.deliveries.nodes;
    const [request] = delivery.requests.nodes;
    const { replay } = await mutate(
      app,
      'replayDelivery',
      { deliveryId: delivery.id, reason: 'lost' },
      'replay { id }',
    );
    Object.assign(ids, {
      whk: bookkeeping.id,
      evt: event,
      dlv: delivery.id,
      req: request.id,
      usr: request.user.id,
      rpl: replay.id,
    });
    await waitFor('the index of the search', async () => {
      const found = await app.ask('{ webhookRequestLogs(where: { search: "inv-0042" }) { nodes { id } } }');
      return found.data.webhookRequestLogs.nodes.length >= 3;
    });
    await addExpiringKey(app, request.user.id);
    received = await refusedCall(app);
    keys = { SUPPORT: await app.keyFor('SUPPORT'), AUDITOR: await app.keyFor('AUDITOR') };
  });
  afterAll(() => Promise.all([app.stop(), partner.stop()]));

  const idsFor = (example: string) => (example.includes('explainVerification') ? received : ids);

  /** The example about what there is here: its ids and its day. */
  const aboutThis = (example: string) =>
    example
      .replaceAll(/\b([a-z]{3})_[0-9a-f]{32}\b/g, (id, prefix) => idsFor(example)[prefix] ?? id)
      .replaceAll('2026-03-04', dayIn(-1))
      .replaceAll('2026-03-05', dayIn(1));

  const isWatch = (example: string) => example.startsWith('subscription');

  test.each(MANUAL.filter(([, , example]) => !isWatch(example)))('%s', async (_question, role, example) => {
    const { data, errors } = await app.ask(aboutThis(example), {}, keys[role]);
    expect(errors).toBeUndefined();
    expect(Object.entries(data).filter(([, answer]) => isEmpty(answer))).toEqual([]);
  });

  test.each(MANUAL.filter(([, , example]) => isWatch(example)))('%s', async (_question, role, query) => {
    const stream = await openStream(app.url, { query, key: keys[role] });
    await publish(app, [invoice('INV-0043')]);
    const [change] = await stream.next(1);
    stream.close();
    expect(change.webhookRequestLog.referenceDocument).toBe('INV-0043');
  });

  test('the masking rules of docs/privacy.md show SUPPORT the status, of an event and of a request', async () => {
    const { data: rules } = await app.ask(examplesIn(read('docs/privacy.md'))[0] as string);
    expect(rules).toMatchObject({ ofEvents: { userErrors: [] }, ofRequests: { userErrors: [] } });
    await publish(app, [invoice('INV-0044', { data: { status: 'Paid', name: 'Jane' } })]);
    const where = 'where: { referenceDocument: { eq: "INV-0044" } }';
    const seen = await waitFor('the request', async () => {
      const answer = await app.ask(
        `{ businessEvents(${where}) { nodes { data } } webhookRequestLogs(${where}) { nodes { data } } }`,
        {},
        keys.SUPPORT,
      );
      return answer.data.webhookRequestLogs.nodes.length > 0 && answer.data;
    });
    const shown = { status: 'Paid', name: '***' };
    expect(seen.businessEvents.nodes[0].data).toEqual(shown);
    expect(seen.webhookRequestLogs.nodes[0].data).toEqual({ type: '***', timestamp: '***', data: shown });
  });

  const roots = [schema.getQueryType()].filter(isObjectType).flatMap((type) => Object.values(type.getFields()));
  test('each of them has its question', () => {
    expect(MANUAL.length).toBeGreaterThan(12);
    expect(MANUAL.filter(([question]) => question.endsWith(': '))).toEqual([]);
  });

  test.each(roots.map(({ name, description }) => [name, examplesIn(description ?? '')] as const))(
    'the example of %s works',
    async (_name, examples) => {
      for (const example of examples) {
        expect((await app.ask(aboutThis(example))).errors).toBeUndefined();
      }
    },
  );
});

/** A call that an INCOMING webhook refused. */
async function refusedCall(app: TestApp): Promise<Record<string, string>> {
  const input = { name: 'Their shop', direction: 'INCOMING', provider: 'GITHUB' };
  const { webhook, address } = await mutate(app, 'createWebhook', input, 'webhook { id } address');
  const { headers } = await fetch(address, { method: 'POST', body: '{}' });
  return { whk: webhook.id, req: headers.get('x-request-id') as string };
}

async function addExpiringKey(app: TestApp, userId: string): Promise<void> {
  const input = { userId, label: 'laptop', expiresAt: new Date(Date.now() + 60_000) };
  await mutate(app, 'createApiKey', input, 'apiKey { id }');
}

function dayIn(days: number): string {
  return new Date(Date.now() + days * 24 * 3600 * 1000).toISOString().slice(0, 10);
}

function isEmpty(answer: unknown): boolean {
  if (answer === null || (Array.isArray(answer) && answer.length === 0)) return true;
  const { nodes, userErrors } = answer as { nodes?: unknown[]; userErrors?: unknown[] };
  return nodes?.length === 0 || (userErrors ?? []).length > 0;
}
