import { useTestApi } from '../../support/app';

// Calls of POST /events that are refused before their events are read.

const app = useTestApi();
let publisherKey: string;

beforeAll(async () => {
  publisherKey = await app.keyFor('PUBLISHER');
});

interface Refusal {
  status: number;
  error: { message: string; extensions: { code: string } };
}

async function post(body: string, headers: Record<string, string> = {}, key?: string | null): Promise<Refusal> {
  const given = key === undefined ? publisherKey : key;
  const response = await fetch(`${app.url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(given && { authorization: `Bearer ${given}` }), ...headers },
    body,
  });
  const { errors } = (await response.json()) as { errors: Refusal['error'][] };
  return { status: response.status, error: errors[0] as Refusal['error'] };
}

test.each<[string, () => Promise<string | null>, number, string]>([
  ['without a key', async () => null, 401, 'UNAUTHENTICATED'],
  ['with a wrong key', async () => 'hl_wrong', 401, 'UNAUTHENTICATED'],
  ['who may only read', () => app.keyFor('AUDITOR'), 403, 'FORBIDDEN'],
])('callers %s are refused before the body is read', async (_name, key, status, code) => {
  const answer = await post('{"not JSON', {}, await key());
  expect([answer.status, answer.error.extensions.code]).toEqual([status, code]);
});

test('an empty batch of a caller who may only read is refused', async () => {
  const headers = { 'content-type': 'application/cloudevents-batch+json' };
  expect((await post('[]', headers, await app.keyFor('AUDITOR'))).status).toBe(403);
});

test('text that is no JSON is refused', async () => {
  expect((await post('{"a":')).status).toBe(400);
});

test('another media type is refused with those that are read', async () => {
  expect(await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' })).toEqual({
    status: 415,
    error: {
      message:
        'The body must be JSON in UTF-8, as application/json, application/cloudevents+json or application/cloudevents-batch+json; the data of a CloudEvent in binary mode may have any media type of JSON.',
      extensions: { code: 'BAD_USER_INPUT', requestId: expect.any(String) },
    },
  });
});

test('a compressed body is refused', async () => {
  expect((await post('{}', { 'content-encoding': 'gzip' })).error.message).toContain('content encoding');
});

test('GET is refused with the method that is allowed', async () => {
  const { status, headers } = await fetch(`${app.url}/events`);
  expect([status, headers.get('allow')]).toEqual([405, 'POST']);
});
