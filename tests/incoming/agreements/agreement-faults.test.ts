import { useTestApi } from '../../support/app';
import { CHANGES_RECORDED } from '../../support/changes-recorded';
import { mutate } from '../../support/mutate';
import { createTestWebhook } from '../../support/webhooks';
import { agree } from '../callers';

const app = useTestApi();
let outgoing: string;

beforeAll(async () => {
  outgoing = (await createTestWebhook(app, 'https://erp.example/hook')).id;
});

const INCOMING = { name: 'Caller', direction: 'INCOMING' };
const faultsOf = async (mutation: string, input: object) => (await mutate(app, mutation, input)).userErrors;
const HMAC = { provider: 'HMAC' };
const hmac = (verification: object) => ({ ...HMAC, verification: { header: 'X-Sum', ...verification } });
const at = (name: string, from: string, place: string) => ({ [name]: { from, name: place } });

test.each<[object, string, string, RegExp]>([
  [HMAC, 'verification.header', 'REQUIRED', /^HMAC needs verification\.header\.$/],
  [{ ...HMAC, verification: {} }, 'verification.header', 'REQUIRED', /^HMAC needs verification\.header\.$/],
  [{ provider: 'BASIC' }, 'verification.username', 'REQUIRED', /^Basic needs verification\.username\.$/],
  [
    { verification: { header: 'X' } },
    'verification.header',
    'INVALID',
    /^Standard Webhooks has no header: it has none of these\.$/,
  ],
  [hmac({ query: 'sum' }), 'verification.query', 'INVALID', /^HMAC has no query: it has header, /],
  [hmac({ header: 'X Sum' }), 'verification.header', 'INVALID', /"X Sum" is not a header name\.$/],
  [hmac({ header: '' }), 'verification.header', 'INVALID', /"" is not a header name\.$/],
  [hmac({ prefix: '' }), 'verification.prefix', 'INVALID', /^prefix has 1 to 50 characters of ASCII\.$/],
  [hmac({ prefix: 'é=' }), 'verification.prefix', 'INVALID', /^prefix has 1 to 50/],
  [hmac({ signed: 'body' }), 'verification.signed', 'INVALID', /^signed lacks \{body\}/],
  [
    hmac({ signed: '{nonce}{body}' }),
    'verification.signed',
    'INVALID',
    /^signed has "\{nonce\}"; allowed are \{body\} /,
  ],
  [
    hmac({ signed: `{body}${'x'.repeat(495)}` }),
    'verification.signed',
    'TOO_LARGE',
    /^signed has 501 characters; at most 500/,
  ],
  [hmac({ signed: '{body}\u0000' }), 'verification.signed', 'INVALID', /control character/],
  [
    hmac({ signed: '{timestamp}{body}' }),
    'verification.timestampHeader',
    'REQUIRED',
    /give timestampHeader, the name of its header/,
  ],
  [hmac({ signed: '{id}{body}' }), 'verification.idHeader', 'REQUIRED', /give idHeader, the name of its header/],
  [
    hmac({ timestampHeader: 'X-Time' }),
    'verification.timestampHeader',
    'INVALID',
    /a time that is not signed proves nothing\.$/,
  ],
  [{ provider: 'BASIC', verification: { username: 'a:b' } }, 'verification.username', 'INVALID', /colon/],
  [{ provider: 'BASIC', verification: { username: 'u'.repeat(201) } }, 'verification.username', 'TOO_LARGE', /200/],
  [
    { toleranceSeconds: 0 },
    'toleranceSeconds',
    'INVALID',
    /^toleranceSeconds is 0; it must be 1 to 604800 \(7 days\)\.$/,
  ],
  [{ toleranceSeconds: 604_801 }, 'toleranceSeconds', 'INVALID', /^toleranceSeconds is 604801/],
  [{ toleranceSeconds: -1 }, 'toleranceSeconds', 'INVALID', /^toleranceSeconds is -1/],
  [
    at('eventLocation', 'HEADER', 'X Event'),
    'eventLocation.name',
    'INVALID',
    /^eventLocation\.name "X Event" is not a header name\.$/,
  ],
  [
    at('idLocation', 'JSON', 'id'),
    'idLocation.name',
    'INVALID',
    /^idLocation\.name "id" is not a path: write it like \$\.data\.object\.id\.$/,
  ],
  [at('idLocation', 'JSON', '$.items[*].id'), 'idLocation.name', 'INVALID', /^idLocation\.name must name one value/],
  [at('referenceLocation', 'JSON', '$.a..b'), 'referenceLocation.name', 'INVALID', /./],
  [at('referenceLocation', 'JSON', '$'.repeat(5_000)), 'referenceLocation.name', 'INVALID', /./],
  [at('referenceLocation', 'QUERY', ''), 'referenceLocation.name', 'REQUIRED', /./],
  [{ becomes: 'FORWARD' }, 'forwardTo', 'REQUIRED', /^becomes is FORWARD: forwardTo must name/],
  [{ becomes: 'FORWARD', forwardTo: [] }, 'forwardTo', 'REQUIRED', /^becomes is FORWARD/],
  [
    { becomes: 'FORWARD', forwardTo: ['whk_1'] },
    'forwardTo.0',
    'NOT_FOUND',
    /^forwardTo\.0 is not the id of a webhook\.$/,
  ],
  [{ answer: { statusCode: 199 } }, 'answer.statusCode', 'INVALID', /^answer\.statusCode is 199; .* 200 to 299\.$/],
  [{ answer: { statusCode: 302 } }, 'answer.statusCode', 'INVALID', /^answer\.statusCode is 302/],
  [{ answer: { statusCode: 205, body: 'x' } }, 'answer.body', 'INVALID', /cannot go with statusCode 205/],
  [{ answer: { statusCode: 204, body: 'x' } }, 'answer.body', 'INVALID', /cannot go with statusCode 204/],
  [
    { answer: { body: 'x'.repeat(4_097) } },
    'answer.body',
    'TOO_LARGE',
    /^answer\.body has 4097 characters; at most 4096/,
  ],
  [{ answer: { body: 'a\u0000' } }, 'answer.body', 'INVALID', /NUL/],
  [{ answer: { body: '\ud83d' } }, 'answer.body', 'INVALID', /surrogate/],
  ...[
    'json',
    'text/xml\r\nX-Evil: 1',
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/javascript',
    'text/plain;a=b, text/html',
    'text/plain text/html',
    'multipart/x-mixed-replace',
    'application/pdf',
  ].map((contentType): [object, string, string, RegExp] => [
    { answer: { contentType } },
    'answer.contentType',
    'INVALID',
    /is not allowed; allowed are application\/json/,
  ]),
  [{ documentType: 'Hookledger' }, 'documentType', 'INVALID', /is reserved for events of Hookledger itself\.$/],
  [{ provider: 'MTLS' }, 'provider', 'INVALID', /CLIENT_CERT_HEADER/],
  [{ ownerId: 'usr_1' }, 'ownerId', 'NOT_FOUND', /./],
  [{ rateLimit: { maxRequests: 0, seconds: 1 } }, 'rateLimit', 'INVALID', /./],
])('refuses %.120j, with its field', async (input, field, code, message) => {
  const faults = await faultsOf('createWebhook', { ...INCOMING, ...input });
  expect(faults).toEqual([{ field: field.split('.'), code, message: expect.stringMatching(message) }]);
});

test.each<[object, string, string]>([
  [{ provider: 'TOKEN' }, 'header', 'Token needs verification.header or verification.query: where the token is.'],
  [
    { provider: 'TOKEN', verification: { prefix: 'Bearer ' } },
    'header',
    'Token needs verification.header or verification.query: where the token is.',
  ],
  [
    { provider: 'TOKEN', verification: { header: 'X-Token', query: 'token' } },
    'query',
    'Token has its token in a header or in the query, not in both: clear one with null.',
  ],
])('a token stands in a header or in the query: refuses %j', async (input, name, message) => {
  const faults = await faultsOf('createWebhook', { ...INCOMING, ...input });
  expect(faults).toMatchObject([{ field: ['verification', name], message }]);
});

test('a token can move from a header to the query, and nowhere else', async () => {
  const { id } = await agree(app, { provider: 'TOKEN', verification: { header: 'X-Token' } });
  expect(await faultsOf('updateWebhook', { id, verification: { query: 'token' } })).toMatchObject([
    { code: 'CONFLICT' },
  ]);
  expect(await faultsOf('updateWebhook', { id, verification: { header: null } })).toMatchObject([{ code: 'REQUIRED' }]);
  expect(await faultsOf('updateWebhook', { id, verification: { header: null, query: 'token' } })).toEqual([]);
});

test('refuses to pass calls on to what does not call anybody', async () => {
  const incoming = (await agree(app)).id;
  const archived = (await createTestWebhook(app, 'https://erp.example/old')).id;
  await mutate(app, 'archiveWebhook', { id: archived });
  const user = (await app.ask('{ viewer { id } }')).data.viewer.id;
  const forwardTo = [outgoing, incoming, archived, user, `whk_${'0'.repeat(32)}`];
  expect(await faultsOf('createWebhook', { ...INCOMING, becomes: 'FORWARD', forwardTo })).toEqual([
    {
      field: ['forwardTo', '1'],
      code: 'INVALID',
      message: 'Caller is INCOMING: calls are forwarded only to OUTGOING webhooks that are not archived.',
    },
    {
      field: ['forwardTo', '2'],
      code: 'INVALID',
      message: 'Partner is archived: calls are forwarded only to OUTGOING webhooks that are not archived.',
    },
    { field: ['forwardTo', '3'], code: 'NOT_FOUND', message: 'forwardTo.3 is not the id of a webhook.' },
    { field: ['forwardTo', '4'], code: 'NOT_FOUND', message: 'forwardTo.4 is not the id of a webhook.' },
  ]);
  expect(
    await faultsOf('createWebhook', { ...INCOMING, becomes: 'FORWARD', forwardTo: Array(21).fill(outgoing) }),
  ).toEqual([
    { field: ['forwardTo'], code: 'TOO_LARGE', message: 'forwardTo has 21 webhooks; at most 20 are allowed.' },
  ]);
  expect(await faultsOf('createWebhook', { ...INCOMING, becomes: 'RECORD', forwardTo: [outgoing] })).toEqual([
    { field: ['forwardTo'], code: 'INVALID', message: expect.stringMatching(/^forwardTo belongs to becomes: FORWARD/) },
  ]);
});

const OF_OUTGOING: Record<string, unknown> = {
  url: 'https://partner.example/hooks',
  retrySchedule: [0],
  timeoutMs: 1_000,
  signatures: ['V1'],
  frappeSecret: 'x',
  dedupeSeconds: 5,
  maxConcurrency: 1,
  condition: 'true',
  method: 'PUT',
  headers: [{ name: 'X-A', value: 'b' }],
  passHeaders: ['x-a'],
  bodyFormat: 'ORIGINAL',
  body: '{}',
  basicAuth: { username: 'u', password: 'p' },
};

test.each(Object.keys(OF_OUTGOING))(
  'refuses %s for an INCOMING webhook, new or changed, and null means nothing',
  async (name) => {
    const message = `${name} belongs to OUTGOING webhooks; this one is INCOMING: leave it out.`;
    const faults = await faultsOf('createWebhook', { ...INCOMING, [name]: OF_OUTGOING[name] });
    expect(faults).toContainEqual({ field: [name], code: 'INVALID', message });
    if (name === 'frappeSecret') return;
    const { id } = await agree(app);
    expect(await faultsOf('updateWebhook', { id, [name]: OF_OUTGOING[name] })).toContainEqual({
      field: [name],
      code: 'INVALID',
      message,
    });
    expect(await faultsOf('createWebhook', { ...INCOMING, [name]: null })).toEqual([]);
  },
);

const OF_INCOMING: Record<string, unknown> = {
  provider: 'GITHUB',
  verification: { header: 'X' },
  toleranceSeconds: 60,
  ...at('eventLocation', 'HEADER', 'X'),
  ...at('idLocation', 'HEADER', 'X'),
  ...at('referenceLocation', 'HEADER', 'X'),
  becomes: 'RECORD',
  forwardTo: [],
  answer: { statusCode: 202 },
};

test.each(Object.keys(OF_INCOMING))('refuses %s for an OUTGOING webhook, new or changed', async (name) => {
  const fault = {
    field: [name],
    code: 'INVALID',
    message: `${name} belongs to INCOMING webhooks; this one is OUTGOING: leave it out.`,
  };
  const value = { [name]: OF_INCOMING[name] };
  expect(await faultsOf('createWebhook', { name: 'x', url: 'https://a.example', ...value })).toEqual([fault]);
  if (name !== 'provider') expect(await faultsOf('updateWebhook', { id: outgoing, ...value })).toEqual([fault]);
});

test('an OUTGOING webhook needs a URL and has no address', async () => {
  expect(await faultsOf('createWebhook', { name: 'x' })).toEqual([
    { field: ['url'], code: 'REQUIRED', message: expect.any(String) },
  ]);
  const made = await mutate(app, 'createWebhook', { name: 'x', url: 'https://a.example' }, 'address token');
  expect([made.address, made.token]).toEqual([null, null]);
  expect(await faultsOf('rotateWebhookToken', { id: outgoing })).toEqual([
    { field: ['id'], code: 'INVALID', message: 'Partner is OUTGOING: only INCOMING webhooks have an address.' },
  ]);
});

test('what is refused leaves nothing behind', async () => {
  const counted = `select (select count(*) from webhooks)::int as webhooks, (select count(*) from incoming_agreements)::int as agreed,
    (select count(*) from incoming_tokens)::int as tokens, (select count(*) from webhook_secrets)::int as secrets,
    (select count(*) from users)::int as users, ${CHANGES_RECORDED} as audited`;
  const before = await app.database.query(counted);
  await faultsOf('createWebhook', { ...INCOMING, provider: 'HMAC' });
  await faultsOf('createWebhook', { ...INCOMING, becomes: 'FORWARD', forwardTo: ['whk_1'] });
  expect(await app.database.query(counted)).toEqual(before);
});
