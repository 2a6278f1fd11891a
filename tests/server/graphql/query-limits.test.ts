import { getIntrospectionQuery } from 'graphql';
import { useTestApi } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';

const app = useTestApi();

const times = (n: number, part: (i: number) => string) => Array.from({ length: n }, (_, i) => part(i)).join(' ');

/** `viewer { webhooks { nodes { owner { webhooks ...`, `depth` fields deep. */
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
    ['600 aliases', `{ viewer { ${times(600, (j) => `a${j}: id`)} } }`],
    ['a list under 120 aliases', `{ ${times(120, (i) => `l${i}: webhookRequestLogs(first: 1) { nodes { id } }`)} }`],
    ['200 directives', `{ viewer { ${times(200, () => 'id @include(if: true)')} } }`],
    [
      '1,990 tokens',
      `mutation { publishEvents(input: { events: [{ documentType: "A", event: "b", referenceDocument: "c", data: [${times(1_952, () => '1')}] }] }) { userErrors { message } } }`,
    ],
    ['fragments that are shared', bomb(3)],
    ['250,000 characters', `{ viewer { id } }${','.repeat(249_983)}`],
    ['an operation name of 100,000 characters', `query ${'q'.repeat(100_000)} { viewer { id } }`],
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
    ['1,000 aliases', `{ viewer { ${times(1_000, (j) => `a${j}: id`)} } }`, /2000 tokens/],
    [
      '5 mutations',
      `mutation { ${times(5, (i) => `m${i}: createUser(input: { name: "x${i}", roles: [] }) { user { id } }`)} }`,
      /mutation has 5 fields at its root; at most 4/,
    ],
    ['250,001 characters', `{ viewer { id } }${'#\n'.repeat(124_992)}`, /has 250001 characters; at most 250000/],
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
