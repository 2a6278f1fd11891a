// Masked values, at every exit: no answer has one, and no answer tells whether one was guessed.
import { documentId } from '../../src/documents/document-id';
import { fetchExport } from '../request-log/export/exports';
import { openStream } from '../request-log/watch/event-source';
import type { Ids } from '../roles/paths';
import { pathsOf, typeNamed } from '../roles/paths';
import { seed } from '../roles/rows';
import { inQueries, printSelection } from '../roles/selection';
import { isAllowed } from '../roles/table';
import { startTestApp, type TestApp } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import { type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, publish } from '../support/webhooks';
import { BODY, bodiesIn, expectMaskedBodies } from './masked-bodies';

const SECRET = 'FR76-3000-6000-0112';
const FORMS = [SECRET, Buffer.from(SECRET).toString('hex'), encodeURIComponent(SECRET)];
const DOCUMENT = { documentType: 'Secret Invoice', event: 'on_submit', referenceDocument: 'SEC-1' };

const ROLES = ['SUPPORT', 'AUDITOR'] as const;
type Masked = (typeof ROLES)[number];

let app: TestApp;
let partner: Receiver;
let ids: Ids;
let keys: Record<Masked, string>;
/** SHA-256 of what has the value, from which a short text could be found by trying. */
let digests: string[];

beforeAll(async () => {
  const unlimited = { RATE_LIMIT_COST_PER_MINUTE: '0', RATE_LIMIT_REQUESTS_PER_SECOND: '0' };
  [app, partner] = await Promise.all([startTestApp(unlimited), startReceiver()]);
  ids = await seed(app, partner.url);
  partner.answerWith(() => ({
    status: 400,
    headers: { 'content-type': 'application/json', 'x-iban': SECRET },
    body: JSON.stringify({ message: `${SECRET} is wrong`, iban: SECRET }),
  }));
  const { id: webhook } = await createTestWebhook(app, `${partner.url}/{{ doc.iban }}`, {
    documentType: DOCUMENT.documentType,
    bodyFormat: 'ORIGINAL',
    headers: [{ name: 'X-Iban', value: '{{ doc.iban }}' }],
    retrySchedule: [0],
  });
  const other = { documentType: DOCUMENT.documentType, name: 'Skipping' };
  await createTestWebhook(app, partner.url, { ...other, condition: 'doc.iban == "" || int(doc.iban) > 0' });
  await createTestWebhook(app, partner.url, {
    ...other,
    bodyFormat: 'JSON',
    body: '{ "a": {{ doc.iban | divided_by: 0 }} }',
  });
  for (const part of ['DATA', 'RESPONSE']) {
    await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part, path: '$.iban', strategy: 'HIDE' });
    await mutate(app, 'createMaskingRule', { roles: ['SUPPORT'], part, path: '$.name', strategy: 'SHOW' });
  }
  await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part: 'RESPONSE', path: '$.message', strategy: 'HIDE' });
  for (const part of ['HEADERS', 'RESPONSE_HEADERS']) {
    await mutate(app, 'createMaskingRule', { roles: ['AUDITOR'], part, path: '$.x-iban', strategy: 'HIDE' });
  }
  const [event] = await publish(app, [{ ...DOCUMENT, data: { name: 'SEC-1', iban: SECRET } }]);
  const sent = await waitFor('the exhausted delivery', async () => {
    const { data } =
      await app.ask(`{ deliveries(where: { status: { eq: EXHAUSTED }, webhook: { id: { eq: "${webhook}" } } }) {
      nodes { id requests { nodes { id evidence { status } } } } } }`);
    const [found] = data.deliveries.nodes;
    return found?.requests.nodes[0]?.evidence.status === 'SEALED' && found;
  });
  ids = {
    ...ids,
    Webhook: webhook,
    BusinessEvent: event as string,
    Delivery: sent.id,
    WebhookRequestLog: sent.requests.nodes[0].id,
    BusinessDocument: documentId({ documentType: DOCUMENT.documentType, name: DOCUMENT.referenceDocument }),
  };
  keys = { SUPPORT: await app.keyFor('SUPPORT'), AUDITOR: await app.keyFor('AUDITOR') };
  const hashes = await app.database.query<{ hex: string; base64: string }>(
    `select encode(sha256(body), 'hex') as hex, encode(sha256(body), 'base64') as base64
     from (select body from payloads union all select response_body from webhook_request_logs) as bodies
     where position(convert_to($1, 'UTF8') in body) > 0`,
    [SECRET],
  );
  digests = hashes.flatMap(({ hex, base64 }) => [hex, base64]);
  // so that the trail has filters of another user
  await app.ask('query ($w: WebhookRequestLogWhere) { webhookRequestLogs(where: $w) { nodes { data } } }', {
    w: { data: { contains: { iban: SECRET } } },
  });
  // its entry has only how it begins
  const long = await app.ask(
    'query ($w: WebhookRequestLogWhere) { webhookRequestLogs(where: $w) { nodes { data } } }',
    {
      w: { and: [{ data: { contains: { iban: SECRET } } }, { referenceDocument: { eq: 'x'.repeat(5_000) } }] },
    },
  );
  expect(long.errors).toBeUndefined();
  await mutate(app, 'exportWebhookRequestLogs', { where: { data: { contains: { iban: SECRET } } } });
  await waitFor('the entries of the readings', async () => {
    const found = await app.database.query(
      `select from audit_entries where action = 'content.read' and criteria like '%${SECRET}%'`,
    );
    return found.length >= 2;
  });
});
afterAll(() => Promise.all([app.stop(), partner.stop()]));

function expectNoSecret(what: string, text: string): void {
  expect({ what, found: [...FORMS, ...digests].filter((form) => text.includes(form)) }).toEqual({ what, found: [] });
  // base64 of the secret, wherever it begins in its text
  const found = [0, 1, 2].filter((shift) => {
    const bytes = Buffer.from('x'.repeat(shift) + SECRET);
    return text.includes(bytes.toString('base64').slice(shift === 0 ? 0 : 4, -4));
  });
  expect({ what, found }).toEqual({ what, found: [] });
}

test('a viewer from whom nothing is masked finds the value at each of these places, and its digests', async () => {
  const { data } = await app.ask(`{ webhookRequestLog(id: "${ids.WebhookRequestLog}") {
    url data headers response responseHeaders businessEvent { data } } }`);
  for (const part of Object.values(data.webhookRequestLog)) expect(JSON.stringify(part)).toContain(SECRET);
  const whole = await app.ask(`{ webhookRequestLog(id: "${ids.WebhookRequestLog}") {
    dataBody ${BODY} responseBody ${BODY} businessEvent { dataBody ${BODY} } } }`);
  const bodies = bodiesIn(whole.data) as { sha256: string; bytes: number }[];
  expect(bodies).toHaveLength(3);
  for (const { sha256, bytes } of bodies) {
    expect(digests).toContain(sha256);
    expect(bytes).toBeGreaterThan(SECRET.length);
  }
});

describe.each([...ROLES])('%s', (role) => {
  test('gets it by no path of the schema', async () => {
    const allowed = (type: string, field: string) => isAllowed([role], type, field);
    const queries = inQueries(typeNamed('Query'), pathsOf([role], ids), allowed);
    expect(queries.length).toBeGreaterThan(20);
    let bodies = 0;
    for (const query of queries) {
      const text = printSelection(query);
      const answer = await app.ask(`{ ${text} }`, undefined, keys[role]);
      expectNoSecret(text, JSON.stringify(answer));
      bodies += expectMaskedBodies(text, answer.data);
    }
    expect(bodies).toBeGreaterThan(20);
    const trail = await app.ask('{ myAuditEntries(first: 100) { nodes { details criteria } } }', undefined, keys[role]);
    expectNoSecret('myAuditEntries', JSON.stringify(trail));
  });

  const RANGE = 'range: { from: "2026-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z" }, bucket: MONTH';
  test.each([
    { list: 'webhookRequestLogs(where: $where) { totalCount }' },
    { list: 'node(id: $webhook) { ... on Webhook { requests(where: $where) { totalCount } } }' },
    {
      list: 'businessDocument(documentType: "Secret Invoice", name: "SEC-1") { requests(where: $where) { totalCount } }',
    },
    {
      list: `webhookRequestLogStats(${RANGE}, where: $where) { total { requestCount } figures(by: DOCUMENT_TYPE) { documentType requestCount } }`,
    },
    { list: `webhooks { nodes { stats(${RANGE}, where: $where) { total { requestCount } } } }` },
  ])('cannot guess it in $list', async ({ list }) => {
    const uses = list.includes('$webhook') ? ', $webhook: ID!' : '';
    const ask = (where: object) =>
      app.ask(
        `query ($where: WebhookRequestLogWhere${uses}) { ${list} }`,
        { where, ...(uses && { webhook: ids.Webhook }) },
        keys[role],
      );
    for (const right of [true, false]) {
      const guess = right ? SECRET : 'FR00';
      const tests = [
        { data: { contains: { iban: guess } } },
        { data: { path: { at: ['$.iban'], eq: guess } } },
        { response: { path: { at: ['$.iban'], in: [guess] } } },
        { url: { contains: guess } },
        { not: { data: { contains: { iban: guess } } } },
        { or: [{ status: { eq: 'FAILED' } }, { and: [{ response: { contains: { iban: guess } } }] }] },
      ];
      for (const where of tests) {
        const { errors } = await ask(where);
        expect({ where, codes: errors?.map(({ extensions }) => extensions.code) }).toEqual({
          where,
          codes: ['FORBIDDEN'],
        });
      }
      const { data } = await ask({ search: guess });
      expect(JSON.stringify(data)).not.toMatch(/"(totalCount|requestCount)":[1-9]/);
    }
    const found = await app.ask(
      'query ($text: String!) { search(text: $text) { __typename } }',
      { text: SECRET },
      keys[role],
    );
    expect(found.data.search).toEqual([]);
  });

  test('exports no content, and not by a filter on it', async () => {
    const order = (input: object) => askMutation(app, 'exportWebhookRequestLogs', input, 'export { id }', keys[role]);
    for (const input of [{ includeContent: true }, { where: { data: { contains: { iban: SECRET } } } }]) {
      expect((await order(input)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    for (const format of ['NDJSON', 'CSV']) {
      const { id } = (await order({ format })).data.exportWebhookRequestLogs.export;
      const { text } = await fetchExport(app, id, { key: keys[role] });
      expect(text).toContain('SEC-1');
      expectNoSecret(format, text);
    }
  });

  test('cannot download what a viewer without masks has ordered', async () => {
    const made = await mutate(app, 'exportWebhookRequestLogs', { includeContent: true }, 'export { id }');
    const answer = await fetchExport(app, made.export.id, { key: keys[role] });
    expect(answer.status).toBe(403);
    expectNoSecret('the refusal', answer.text);
  });

  test('sees it in no stream, and follows none by a filter on it', async () => {
    const key = keys[role];
    const query = `subscription ($where: WebhookRequestLogWhere) { webhookRequestLogChanged(where: $where) {
      webhookRequestLog { referenceDocument url data headers response responseHeaders dataBody ${BODY} responseBody ${BODY}
        businessEvent { data dataBody ${BODY} } } } }`;
    const where = { data: { contains: { iban: SECRET } } };
    const [stream, filtering] = await Promise.all([
      openStream(app.url, { query, key }),
      openStream(app.url, { query, key, variables: { where } }),
    ]);
    try {
      await publish(app, [{ ...DOCUMENT, referenceDocument: `SEC-${role}`, data: { name: 'S', iban: SECRET } }]);
      // with the response
      await waitFor('the changes', () => bodiesIn(stream.events).length > 2);
      expect(JSON.stringify(stream.events)).toContain(`SEC-${role}`);
      expectNoSecret('a stream', JSON.stringify(stream.events));
      expectMaskedBodies('a stream', stream.events);
      expect(JSON.stringify(filtering.events)).toContain('FORBIDDEN');
    } finally {
      stream.close();
      filtering.close();
    }
  });
});

test('SUPPORT gets it in no answer of a mutation, and in no refusal', async () => {
  const content = `delivery { requests { nodes { url data headers response responseHeaders dataBody ${BODY}
    responseBody ${BODY} businessEvent { data dataBody ${BODY} } } } }`;
  const input = { deliveryId: ids.Delivery, reason: 'The partner lost it' };
  const asked = await askMutation(app, 'requestReplay', input, `approval { ${content} }`, keys.SUPPORT);
  expect(asked.data.requestReplay.userErrors).toEqual([]);
  expectNoSecret('requestReplay', JSON.stringify(asked));
  expect(expectMaskedBodies('requestReplay', asked.data)).toBe(3);
  const parts = ['DATA', 'HEADERS', 'RESPONSE', 'RESPONSE_HEADERS'];
  for (const reason of ['short', 'A ticket of the partner', 'x'.repeat(10_000)]) {
    const reveal = { requestId: ids.WebhookRequestLog, parts, reason };
    for (const role of ROLES) {
      const refused = await askMutation(app, 'revealContent', reveal, 'content { data response }', keys[role]);
      expect(refused.data?.revealContent?.content ?? null).toBeNull();
      expectNoSecret('revealContent', JSON.stringify(refused));
    }
  }
});

test('an AUDITOR gets it in no bundle, and in no file of the trail', async () => {
  const bundle = (more: object) =>
    askMutation(
      app,
      'exportEvidence',
      { rows: { ids: [ids.WebhookRequestLog] }, reason: 'Tried by a test', ...more },
      'bundle { text }',
      keys.AUDITOR,
    );
  for (const part of ['BODY', 'HEADERS', 'RESPONSE', 'RESPONSE_HEADERS', 'URL', 'WIRE_BODY', 'DETAILS']) {
    const { errors } = await bundle({ disclose: [part] });
    expect({ part, errors }).toMatchObject({ part, errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  }
  // the record of a request has the length of its response
  for (const selection of [{}, { rows: { where: { id: { eq: ids.WebhookRequestLog } } } }]) {
    const { errors } = await bundle({ disclose: ['REFERENCE', 'ERROR'], ...selection });
    const message = expect.stringContaining(`the response of ${ids.WebhookRequestLog} from you`);
    expect(errors).toMatchObject([{ message, extensions: { code: 'FORBIDDEN' } }]);
  }
  const { data } = await bundle({ rows: { ids: [ids.BusinessEvent] }, disclose: ['REFERENCE'] });
  expectNoSecret('a bundle', data.exportEvidence.bundle.text);
  const file = await fetch(`${app.url}/audit-entries`, { headers: { authorization: `Bearer ${keys.AUDITOR}` } });
  const text = await file.text();
  expect(text).toContain('content.read');
  expectNoSecret('the trail', text);
});

test('an INTEGRATION_MANAGER with a mask previews no stored event', async () => {
  const rule = { roles: ['INTEGRATION_MANAGER'], part: 'DATA', path: '$.iban', strategy: 'HIDE' };
  await mutate(app, 'createMaskingRule', rule);
  const input = { id: ids.Webhook, sample: { eventId: ids.BusinessEvent } };
  const answer = await askMutation(
    app,
    'previewWebhook',
    input,
    'preview { request { body } }',
    await app.keyFor('INTEGRATION_MANAGER'),
  );
  expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});
