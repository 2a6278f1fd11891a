import 'reflect-metadata';
import type { Role } from '../../src/access/viewer';
import { readConfig } from '../../src/config/config';
import { createLog } from '../../src/logging/log';
import { createRateLimits } from '../../src/server/edge/rate-limits';
import { type Caller, createGate, type Gate, type GraphQLRequest } from '../../src/server/graphql/graphql-gate';
import { trustedDocumentsFor } from '../../src/server/graphql/trusted-documents';
import { sharedSchema } from '../../src/server/schema/schema';

// What runs outside Apollo, such as subscriptions, is refused by the same rules and in the same words.
const schema = sharedSchema();
const RATES = { costPerMinute: 0, requestsPerSecond: 0, wrongKeysPerMinute: 0 };

function gateWith(rates: Partial<typeof RATES> = {}): Gate {
  const trusted = trustedDocumentsFor(readConfig({}), schema, createLog('silent'));
  return createGate(schema, createRateLimits({ ...RATES, ...rates }), trusted);
}

function as(...roles: Role[]): Caller {
  const from = { remoteAddress: '203.0.113.7', requestId: 'request-1' };
  const who = { userId: 'u', apiKeyId: 'k', sessionId: null, name: 'amina', roles: new Set(roles) };
  return { ...from, viewer: { ...who, userAgent: null, ...from } };
}

const ANONYMOUS: Caller = { remoteAddress: '203.0.113.7', requestId: 'request-1', viewer: null };
const gate = gateWith();
const WATCH =
  'subscription ($where: WebhookRequestLogWhere) { webhookRequestLogChanged(where: $where) { __typename } }';

test('what is within the limits is prepared, with its cost', () => {
  const variables = { where: { status: { eq: 'FAILED' } } };
  const prepared = gate.prepare({ query: WATCH, variables }, as('AUDITOR'));
  expect(prepared).toMatchObject({
    errors: null,
    operation: { operation: 'subscription' },
    variables,
    cost: { requested: 1, limit: 100_000 },
  });
});

test.each<[string, GraphQLRequest, string, RegExp]>([
  ['nothing', {}, 'BAD_USER_INPUT', /Send a query/],
  ['no text', { query: 1 }, 'BAD_USER_INPUT', /Send a query/],
  ['an unknown id', { documentId: 'sha256:0' }, 'NOT_FOUND', /no documents are trusted here/],
  ['a text that is no query', { query: 'subscription {' }, 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
  ['2,001 tokens', { query: `{ viewer { ${'id '.repeat(2_000)} } }` }, 'LIMIT_EXCEEDED', /longer than 2000 tokens/],
  [
    '250,001 characters, of which most are a comment',
    { query: `${WATCH}#${' '.repeat(250_000 - WATCH.length)}` },
    'LIMIT_EXCEEDED',
    /has 250001 characters; at most 250000 are allowed: send values as variables/,
  ],
  ['braces that never end', { query: '{a'.repeat(3_000) }, 'LIMIT_EXCEEDED', /nested too deeply|2000 tokens/],
  [
    'a field that is not there',
    { query: 'subscription { webhookRequestLogChange { __typename } }' },
    'GRAPHQL_VALIDATION_FAILED',
    /^Cannot query field "webhookRequestLogChange" on type "Subscription"\. Did you mean "webhookRequestLogChanged"\?$/,
  ],
  [
    'a bomb of fragments',
    {
      query: `{ viewer { ...F0 } } ${Array.from({ length: 14 }, (_, i) => `fragment F${i} on User { id ...F${i + 1} ... on User { ...F${i + 1} } }`).join(' ')} fragment F14 on User { id }`,
    },
    'LIMIT_EXCEEDED',
    /5000 fields and fragments/,
  ],
  [
    'an operation that is not there',
    { query: WATCH, operationName: 'Other' },
    'BAD_USER_INPUT',
    /operationName must name/,
  ],
  [
    'too many values',
    { query: WATCH, variables: { where: { or: Array.from({ length: 6_000 }, () => ({ event: { eq: 'x' } })) } } },
    'LIMIT_EXCEEDED',
    /more than 10000 values/,
  ],
  [
    'too many rows',
    {
      query:
        '{ users(first: 100) { nodes { webhooks(first: 100) { nodes { requests(first: 100) { nodes { id } } } } } } }',
    },
    'LIMIT_EXCEEDED',
    /1010100 rows and costs/,
  ],
])('%s is refused', (_what, request, code, message) => {
  const refused = gate.prepare(request, as('SYSTEM_MANAGER'));
  expect(refused).toMatchObject({ status: 400, retryAfter: undefined });
  expect(refused.errors?.[0]).toMatchObject({
    message: expect.stringMatching(message),
    extensions: { code, requestId: 'request-1' },
  });
});

test('introspection needs a key', () => {
  const request = { query: 'query { __schema { types { name } } }' };
  expect(gate.prepare(request, ANONYMOUS)).toMatchObject({
    status: 401,
    errors: [{ extensions: { code: 'UNAUTHENTICATED', requestId: 'request-1' } }],
  });
  expect(gate.prepare(request, as('PUBLISHER')).errors).toBeNull();
});

test('what is spent counts, and when there is more is said', () => {
  const narrow = gateWith({ costPerMinute: 60 });
  const request = { query: '{ users(first: 60) { nodes { id } } }' };
  expect(narrow.prepare(request, as('AUDITOR')).errors).toBeNull();
  expect(narrow.prepare(request, as('AUDITOR'))).toMatchObject({
    status: 429,
    retryAfter: 60,
    errors: [{ extensions: { code: 'LIMIT_EXCEEDED' } }],
  });
});
