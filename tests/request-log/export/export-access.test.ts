import { randomUUID } from 'node:crypto';
import { toNodeId } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { askMutation } from '../../support/mutate';
import { createTestWebhook } from '../../support/webhooks';
import { seedRequest } from '../pages/seeded-log';
import { fetchExport, linesOf, requestExport } from './exports';

const app = useTestApi();

async function orderAs(key: string, input: object = {}): Promise<string> {
  const answer = await askMutation(app, 'exportWebhookRequestLogs', input, 'export { id }', key);
  const id = answer.data?.exportWebhookRequestLogs?.export?.id;
  if (!id) throw new Error(JSON.stringify(answer));
  return id;
}

const code = (json: { errors: { extensions: { code: string } }[] }) => json.errors[0]?.extensions.code;

describe('a user who may not read content', () => {
  test.each([
    ['headers and bodies', { includeContent: true }],
    ['what a filter tells of bodies', { where: { data: { contains: { a: 1 } } } }],
    ['what a filter tells of URLs', { where: { not: { url: { startsWith: 'https' } } } }],
  ])('cannot order %s', async (_title, input) => {
    const key = await app.keyFor('SUPPORT');
    const answer = await askMutation(app, 'exportWebhookRequestLogs', input, 'export { id }', key);
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(answer.data?.exportWebhookRequestLogs ?? null).toBeNull();
  });

  test('sees of URLs what the API shows them', async () => {
    const { id } = await createTestWebhook(app, 'https://partner.example/present', { documentType: 'URLs' });
    const [webhook] = await app.database.query<{ id: string }>('select id from webhooks');
    expect(toNodeId('Webhook', webhook?.id as string)).toBe(id);
    const urls = [
      'https://partner.example/present',
      'https://partner.example/orders/ACME?customer=ACME',
      'https://partner.example:8443/x',
      'https://amina:secret@partner.example/x',
      'https://amina:se@cret@partner.example/x',
      'https://partner.example?customer=ACME',
      'https://partner.example#ACME',
      'http://[2001:db8::1]:8080/x',
      '/in/[token]',
      'nothing',
    ];
    const documentType = 'URLs';
    for (const url of urls) {
      await app.database.query(
        `insert into webhook_request_logs (id, webhook_id, direction, status, document_type, attempt_number, duplicate,
           method, url, started_at) values (new_id(), $1, 'OUTGOING', 'PENDING', $2, 1, false, 'POST', $3, now())`,
        [webhook?.id, documentType, url],
      );
    }
    const key = await app.keyFor('SUPPORT');
    const where = { documentType: { eq: documentType } };
    const answer = await app.ask(
      `query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where, first: 100,
         orderBy: { field: STARTED_AT, direction: ASC }) { nodes { url } } }`,
      { where },
      key,
    );
    const shown = answer.data.webhookRequestLogs.nodes.map((node: { url: string }) => node.url);
    expect(shown).toHaveLength(urls.length);
    expect(shown.join()).not.toMatch(/ACME|secret/);
    const lines = linesOf((await fetchExport(app, await orderAs(key, { where }), { key })).text);
    expect(lines.map(({ url }) => url)).toEqual(shown);
    const whole = linesOf((await fetchExport(app, await requestExport(app, { where }))).text);
    expect(whole.map(({ url }) => url).sort()).toEqual([...urls].sort());
  });

  test('does not get what they ordered when they still might', async () => {
    const key = await app.keyFor('INTEGRATION_MANAGER', 'SUPPORT');
    const id = await orderAs(key, { where: { data: { contains: { a: 1 } } } });
    expect((await fetchExport(app, id, { key })).status).toBe(200);
    await app.database.query(
      `update users set roles = '{SUPPORT}' where id = (select user_id from api_keys where key_id = $1)`,
      [key.slice(3, 11)],
    );
    const { status, json } = await fetchExport(app, id, { key });
    expect([status, code(json)]).toEqual([403, 'FORBIDDEN']);
  });
});

test('an export is readable for the user who requested it, for SYSTEM_MANAGER and AUDITOR', async () => {
  const orderer = await app.keyFor('SUPPORT');
  const id = await orderAs(orderer);
  const statuses: Record<string, unknown> = {};
  for (const role of ['SYSTEM_MANAGER', 'AUDITOR', 'INTEGRATION_MANAGER', 'SUPPORT', 'PUBLISHER'] as const) {
    const { status, json } = await fetchExport(app, id, { key: await app.keyFor(role) });
    statuses[role] = status === 200 ? 200 : [status, code(json)];
  }
  const forbidden = [403, 'FORBIDDEN'];
  expect(statuses).toEqual({
    SYSTEM_MANAGER: 200,
    AUDITOR: 200,
    INTEGRATION_MANAGER: forbidden,
    SUPPORT: forbidden,
    PUBLISHER: forbidden,
  });
  expect((await fetchExport(app, id, { key: orderer })).status).toBe(200);
});

test('without a valid key nothing is sent', async () => {
  const id = await requestExport(app);
  for (const key of [null, 'hl_00000000_wrong', '']) {
    const { status, json } = await fetchExport(app, id, { key });
    expect([status, code(json)]).toEqual([401, 'UNAUTHENTICATED']);
  }
  // a key in the address would stand in logs
  const { status } = await fetchExport(app, id, { key: null, search: `?access_token=${app.adminKey}` });
  expect(status).toBe(401);
});

test('an export that expired is gone', async () => {
  const id = await requestExport(app);
  await app.database.query('update exports set expires_at = now()');
  const { status, json } = await fetchExport(app, id);
  expect([status, code(json)]).toEqual([410, 'NOT_FOUND']);
});

test.each([
  ['an id of nothing', toNodeId('Export', randomUUID())],
  ['an id of another type', toNodeId('User', randomUUID())],
  ['no id', 'x'],
  ['a path', '..%2f..%2fetc%2fpasswd'],
  ['NUL', 'exp_%00'],
])('there is no export with %s', async (_title, id) => {
  const { status, json } = await fetchExport(app, id);
  expect([status, code(json)]).toEqual([404, 'NOT_FOUND']);
});

test('what stands behind the path must be the id of a request, or nothing', async () => {
  const id = await requestExport(app);
  const request = await seedRequest(app.database, {});
  for (const search of [
    '?after=',
    '?after=x',
    `?after=${id}`,
    `?after=${request}&after=${request}`,
    `?ater=${request}`,
  ]) {
    const { status, json } = await fetchExport(app, id, { search });
    expect([status, code(json)]).toEqual([400, 'BAD_USER_INPUT']);
  }
  expect((await fetchExport(app, id, { search: `?after=${request}` })).status).toBe(200);
});

test('other methods are refused', async () => {
  const id = await requestExport(app);
  for (const method of ['POST', 'DELETE', 'HEAD']) {
    const answer = await fetch(`${app.url}/exports/${id}`, {
      method,
      headers: { authorization: `Bearer ${app.adminKey}` },
    });
    expect(answer.status).toBe(404);
    await answer.arrayBuffer();
  }
});
