import { getIntrospectionQuery } from 'graphql';
import { startTestApp, type TestApp } from '../support/app';
import { createTestWebhook } from '../support/webhooks';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(() => app.stop());

const times = (n: number, part: (i: number) => string) => Array.from({ length: n }, (_, i) => part(i)).join(' ');

/** `viewer { webhooks { nodes { owner { webhooks ...` so many fields deep. */
function nested(depth: number): string {
  const names = ['viewer', ...Array.from({ length: depth }, (_, i) => ['webhooks(first: 1)', 'nodes', 'owner'][i % 3])];
  const path = names.slice(0, depth - 1);
  return `${path.map((name) => `{ ${name} `).join('')}{ __typename }${' }'.repeat(path.length)}`;
}

/** Each fragment contains the next one twice. */
function bomb(n: number): string {
  const link = (i: number) =>
    `fragment F${i} on User { a: webhooks { nodes { owner { ...F${i + 1} } } } ...F${i + 1} }`;
  return `{ viewer { ...F0 } } ${times(n, link)} fragment F${n} on User { id }`;
}

describe('what is within the limits is answered', () => {
  test.each<[string, string]>([
    ['15 fields below one another', nested(15)],
    ['50 aliases', `{ ${times(5, (i) => `v${i}: viewer { ${times(9, (j) => `a${j}: id`)} }`)} }`],
    ['10 root fields', `{ ${times(10, () => 'viewer { id }')} }`],
    ['50 directives', `{ viewer { ${times(50, () => 'id @include(if: true)')} } }`],
    [
      '1,990 tokens',
      `mutation { publishEvents(input: { events: [{ documentType: "A", event: "b", referenceDocument: "c", data: [${times(1_952, () => '1')}] }] }) { userErrors { message } } }`,
    ],
    ['fragments that are shared', bomb(3)],
  ])('%s', async (_what, query) => {
    const { status, errors } = await app.ask(query);
    expect([status, errors]).toEqual([200, undefined]);
  });

  test('4 mutations in one request', async () => {
    const query = `mutation { ${times(4, (i) => `m${i}: createUser(input: { name: "m${i}", roles: [] }) { user { id } }`)} }`;
    const { errors } = await app.ask(query);
    expect(errors).toBeUndefined();
  });

  test('the query that the log was made for, with edges and with nodes', async () => {
    await createTestWebhook(app, 'https://partner.example/hook');
    const deep = (list: (name: string, fields: string) => string) =>
      `{ ${list('webhookRequestLogs', `webhook { owner { ${list('webhooks', list('requests', 'status user { name }'))} } }`)} }`;
    const withEdges = deep((name, fields) => `${name} { edges { cursor node { ${fields} } } pageInfo { endCursor } }`);
    const withNodes = deep((name, fields) => `${name} { nodes { ${fields} } totalCount }`);
    for (const query of [withEdges, withNodes]) expect((await app.ask(query)).errors).toBeUndefined();
  });

  test('the introspection that GraphiQL and code generators make', async () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const { data, errors } = await app.ask(query);
    expect(errors).toBeUndefined();
    expect(data.__schema.queryType.name).toBe('Query');
  });
});

describe('what costs more than any client needs is refused before it is run', () => {
  test.each<[string, string, RegExp]>([
    ['16 fields below one another', nested(16), /16 fields deep; at most 15/],
    [
      '16 fields below one another, by fragments',
      `{ viewer { ...A } } fragment A on User { webhooks { nodes { owner { ...B } } } }
       fragment B on User { webhooks { nodes { owner { ...C } } } } fragment C on User { webhooks { nodes { owner { ...D } } } }
       fragment D on User { webhooks { nodes { owner { ...E } } } } fragment E on User { webhooks { nodes { owner { id } } } }`,
      /17 fields deep/,
    ],
    ['51 aliases', `{ ${times(3, (i) => `v${i}: viewer { ${times(16, (j) => `a${j}: id`)} }`)} }`, /50 aliases/],
    ['11 root fields', `{ ${times(11, () => 'viewer { id }')} }`, /11 fields at its root; at most 10/],
    [
      '11 root fields, by a fragment',
      `{ ...R } fragment R on Query { ${times(11, () => 'viewer { id }')} }`,
      /11 fields/,
    ],
    [
      '5 mutations',
      `mutation { ${times(5, (i) => `m${i}: createUser(input: { name: "x${i}", roles: [] }) { user { id } }`)} }`,
      /mutation has 5 fields at its root; at most 4/,
    ],
    ['51 directives', `{ viewer { ${times(51, () => 'id @include(if: true)')} } }`, /50 directives/],
    ['2,001 tokens', `{ viewer { ${times(1_996, () => 'id')} } }`, /2000 tokens/],
    ['a field that is repeated 1,990 times', `{ viewer { ${times(1_990, () => 'id')} } }`, /repeats too many fields/],
    ['a fragment bomb', bomb(14), /5000 fields and fragments|fields deep/],
    ['a wide fragment bomb', wideBomb(14), /5000 fields and fragments/],
    [
      'a million rows',
      '{ users(first: 100) { nodes { webhooks(first: 100) { nodes { requests(first: 100) { nodes { id } } } } } } }',
      /rows/,
    ],
    ['braces that never end', '{a'.repeat(3_000), /2000 tokens|nested too deeply/],
    ['brackets that never end', `{ nodes(ids: ${'['.repeat(3_000)}`, /2000 tokens|nested too deeply/],
    [
      'introspection of introspection',
      `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`,
      /introspection query is nested too deeply/,
    ],
  ])('%s', async (_what, query, message) => {
    const { status, data, errors } = await app.ask(query);
    expect([status, data, errors?.[0]]).toEqual([
      400,
      undefined,
      expect.objectContaining({
        message: expect.stringMatching(message),
        extensions: { code: 'LIMIT_EXCEEDED', requestId: expect.any(String) },
      }),
    ]);
  });

  test.each<[string, string]>([
    ['of itself', '{ viewer { ...A } } fragment A on User { ...A }'],
    ['of each other', '{ viewer { ...A } } fragment A on User { ...B } fragment B on User { id ...A }'],
    [
      'of all others',
      `{ viewer { ...F0 } } ${times(12, (i) => `fragment F${i} on User { ${times(12, (j) => `...F${j}`)} }`)}`,
    ],
  ])('fragments %s', async (_what, query) => {
    const { status, errors } = await app.ask(query);
    expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
    expect(errors?.[0]?.message).toMatch(/Cannot spread fragment "\w+" within itself/);
  });
});

function wideBomb(n: number): string {
  const link = (i: number) => `fragment F${i} on User { id ...F${i + 1} ... on User { ...F${i + 1} } }`;
  return `{ viewer { ...F0 } } ${times(n, link)} fragment F${n} on User { id }`;
}

describe('values that do not fit are refused, whether as literals or as variables', () => {
  const where = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }';
  const asked = (literal: string) => [`{ webhookRequestLogs(where: ${literal}) { totalCount } }`, undefined] as const;
  test.each<[string, string, object | undefined]>([
    ['an enum value', ...asked('{ status: { eq: SUCCEDED } }')],
    ['an enum value', where, { where: { status: { eq: 'SUCCEDED' } } }],
    ['an unknown field', ...asked('{ statuss: { eq: SUCCEEDED } }')],
    ['an unknown field', where, { where: { statuss: { eq: 'SUCCEEDED' } } }],
    ['a time', ...asked('{ startedAt: { gt: "yesterday" } }')],
    ['a time', where, { where: { startedAt: { gt: 'yesterday' } } }],
    ['a time that is a list', where, { where: { startedAt: { gt: [1] } } }],
    ['a time that is no day', where, { where: { startedAt: { gt: '2026-02-30T00:00:00Z' } } }],
    ['a large number', ...asked('{ responseStatus: { eq: 99999999999 } }')],
    ['a large number', where, { where: { responseStatus: { eq: 99999999999 } } }],
    ['a fraction', where, { where: { responseStatus: { eq: 1.5 } } }],
    ['an id that is an object', where, { where: { id: { eq: {} } } }],
    ['a text that is a number', where, { where: { event: { eq: 1 } } }],
    ['an unknown variable type', 'query ($where: WebhookRequestLogWher) { viewer { id } }', {}],
    ['an unknown root field', '{ webhookRequestLog { id } webhookRequestLogz { totalCount } }', undefined],
    ['an unknown argument', '{ users(frist: 1) { totalCount } }', undefined],
    ['a missing operation', 'query A { viewer { id } } query B { viewer { id } }', undefined],
  ])('%s: %s', async (_what, query, variables) => {
    const { status, errors } = await app.ask(query, variables);
    expect(status).toBe(400);
    for (const { message, extensions } of errors ?? []) {
      expect(message).not.toMatch(/did you mean|something went wrong/i);
      expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED', 'OPERATION_RESOLUTION_FAILURE']).toContain(
        extensions.code,
      );
    }
    expect(errors?.length).toBeGreaterThan(0);
  });

  test('a long value is not sent back whole', async () => {
    const answers = await Promise.all([
      app.ask(where, { where: { status: { eq: 'x'.repeat(100_000) } } }),
      app.ask(where, { where: { responseStatus: { eq: 'y'.repeat(100_000) } } }),
      app.ask('query ($id: ID!) { node(id: $id) { id } }', { id: ['z'.repeat(100_000)] }),
      app.ask(where, { where: { id: { eq: 'w'.repeat(100_000) } } }),
      app.ask('query ($after: String) { users(after: $after) { totalCount } }', { after: 'v'.repeat(100_000) }),
    ]);
    for (const { errors } of answers) {
      expect(errors?.[0]?.message.length).toBeGreaterThan(10);
      expect(errors?.[0]?.message.length).toBeLessThanOrEqual(300);
    }
  });

  test('many bad values give few errors', async () => {
    const bad = Array.from({ length: 5_000 }, () => ({ status: { eq: 'NO' } }));
    const { errors } = await app.ask(where, { where: { or: bad } });
    expect(errors?.length).toBeLessThanOrEqual(51);
  });

  test.each<[string, number, boolean]>([
    ['eleven bad values', 11, true],
    ['eleven bad values, without a key', 11, false],
    ['as many as are still listed one by one', 10, true],
    ['hundreds', 300, true],
  ])("%s are all the caller's fault", async (_what, count, hasKey) => {
    const ids = Array.from({ length: count }, () => ({}));
    const key = hasKey ? app.adminKey : null;
    const { status, errors } = await app.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids }, key);
    expect(status).toBe(400);
    expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(new Set(['BAD_USER_INPUT']));
    expect(errors?.length).toBe(Math.min(count, 11));
    expect(JSON.stringify(errors)).not.toContain('went wrong on our side');
  });

  test.each([150, 199, 5_000])('a filter in a filter, %s levels deep', async (levels) => {
    const query = `{"query":${JSON.stringify(where)},"variables":{"where":`;
    const body = `${query}${'{"not":'.repeat(levels)}{"status":{"eq":"FAILED"}}${'}'.repeat(levels)}}}`;
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
      body,
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
  });

  test('a filter of more tests than a statement can hold', async () => {
    const test = { referenceDocument: { eq: 'INV-1' } };
    const hundred = <T>(one: T) => Array.from({ length: 100 }, () => one);
    const { status, errors } = await app.ask(where, {
      where: { or: hundred({ or: hundred(test) }).slice(0, 10) },
    });
    expect([status, errors?.[0]?.extensions.code]).toEqual([200, 'BAD_USER_INPUT']);
    expect(errors?.[0]?.message).toMatch(/where: 2011 filters within it; at most 1000/);
  });
});

describe('variables of more than 10,000 values', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => ({ referenceDocument: { eq: `INV-${i}` } }));

  test('are refused before they are looked at, also where nobody may ask', async () => {
    for (const key of [app.adminKey, await app.keyFor('PUBLISHER')]) {
      const { status, errors } = await app.ask(
        'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }',
        { where: { or: many(100_000) } },
        key,
      );
      expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'LIMIT_EXCEEDED']);
    }
  });

  test('do not count what is inside of JSON', async () => {
    const event = (data: unknown) => ({ documentType: 'A', event: 'b', referenceDocument: 'c', data });
    const events = Array.from({ length: 500 }, () => event({ items: Array.from({ length: 30 }, () => 1) }));
    const { data, errors } = await app.ask(
      'mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { userErrors { message } } }',
      { input: { events } },
    );
    expect([errors, data?.publishEvents.userErrors]).toEqual([undefined, []]);
  });
});

describe('a fault of ours', () => {
  const lines: string[] = [];
  let broken: TestApp;

  beforeAll(async () => {
    const settings = { PROCESSES: 'api', LOG_LEVEL: 'debug' };
    broken = await startTestApp(settings, { write: (line: string) => lines.push(line) });
    await broken.database.query('alter table deliveries rename column skip_message to why');
    await broken.database.query(`alter table audit_entries add constraint none check (action <> 'webhook.created')`);
  });
  afterAll(() => broken.stop());

  test.each([
    [
      'a list',
      '{ deliveries { nodes { id skipMessage } } }',
      { deliveries: null },
      /column "skip_message" does not exist/,
    ],
    [
      'a mutation',
      'mutation { createWebhook(input: { name: "Hush", url: "https://hush.example/" }) { secret } }',
      null,
      /audit_entries" violates check constraint "none"/,
    ],
  ])('in %s is sent as its code alone, and the log has the cause', async (_where, query, rest, cause) => {
    const { errors, data } = await broken.ask(query);
    const requestId = errors?.[0]?.extensions.requestId;
    expect(data).toEqual(rest);
    expect(errors).toEqual([
      {
        message: 'Something went wrong on our side.',
        locations: expect.any(Array),
        path: expect.any(Array),
        extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
      },
    ]);
    const faults = lines.map((line) => JSON.parse(line)).filter((line) => line.level >= 50 && line.reqId === requestId);
    expect(faults).toHaveLength(1);
    expect(faults[0].err.message).toMatch(cause);
    expect(faults[0].err.stack).toMatch(/\.ts:\d+/);
  });

  test('is logged without the values of the statement', () => {
    expect(lines.join('')).not.toMatch(/Hush|hush\.example|whsec_/);
    expect(lines.join('')).not.toContain(broken.adminKey);
  });
});

describe('introspection', () => {
  test.each<[string, string]>([
    ['__schema', '{ __schema { types { name } } }'],
    ['__type', '{ __type(name: "User") { name } }'],
    ['an alias', '{ a: __type(name: "User") { name } }'],
    ['a fragment', '{ __typename ...F } fragment F on Query { ... on Query { __schema { types { name } } } }'],
    ['@include', 'query ($yes: Boolean = true) { __typename __schema @include(if: $yes) { types { name } } }'],
  ])('needs a key: %s', async (_what, query) => {
    const refused = await app.ask(query, undefined, null);
    expect([refused.status, refused.data]).toEqual([401, undefined]);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const answered = await app.ask(query, undefined, await app.keyFor('PUBLISHER'));
    expect([answered.status, answered.errors]).toEqual([200, undefined]);
  });

  test('but not the name of a type, which is in every answer of some clients', async () => {
    expect(await app.ask('{ __typename }', undefined, null)).toMatchObject({
      status: 200,
      data: { __typename: 'Query' },
    });
  });
});
