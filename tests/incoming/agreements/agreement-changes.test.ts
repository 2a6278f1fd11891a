import { randomBytes } from 'node:crypto';
import { uuidOf } from '../../../src/values/ids';
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';
import { sendRaw } from '../../support/raw-http';
import { createTestWebhook } from '../../support/webhooks';
import {
  type Agreed,
  agree,
  callStandard,
  callUnsigned,
  eventsOf,
  JSON_TYPE,
  lastReceived,
  receivedBy,
  standardHeaders,
} from '../callers';

const app = useTestApi();

const BODY = '{"type":"moved"}';
const statusOf = async (agreed: Agreed) => (await callStandard(agreed, BODY)).status;
const change = async (mutation: string, input: object, selection = '') => {
  const payload = await mutate(app, mutation, input, selection);
  expect(payload.userErrors).toEqual([]);
  return payload;
};

test('a rotation of the address deletes the addresses that have expired', async () => {
  const agreed = await agree(app, { provider: 'NONE' });
  const rotated = async (overlapSeconds: number) => {
    const { address } = await change('rotateWebhookToken', { id: agreed.id, overlapSeconds }, 'address');
    return { ...agreed, address };
  };
  const second = await rotated(3_600);
  const tokens = () =>
    app.database.query('select from incoming_tokens where webhook_id = $1', [uuidOf('Webhook', agreed.id)]);
  expect(await tokens()).toHaveLength(2);
  expect((await callUnsigned(agreed, BODY)).status).toBe(200);
  const third = await rotated(0);
  expect(await tokens()).toHaveLength(1);
  expect((await callUnsigned(agreed, BODY)).status).toBe(404);
  expect((await callUnsigned(second, BODY)).status).toBe(404);
  expect((await callUnsigned(third, BODY)).status).toBe(200);
});

describe('updateWebhook', () => {
  test('counts from the next call on', async () => {
    const agreed = await agree(app, { provider: 'NONE' });
    await callUnsigned(agreed, '{"kind":"a"}');
    const input = {
      id: agreed.id,
      eventLocation: { from: 'JSON', name: '$.kind' },
      documentType: 'Move',
      becomes: 'RECORD',
      answer: { statusCode: 202 },
    };
    await change('updateWebhook', input);
    expect((await callUnsigned(agreed, '{"kind":"b"}')).status).toBe(202);
    expect(await receivedBy(app, agreed)).toMatchObject([
      { event: 'received', documentType: 'Unsigned call', businessEventId: expect.any(String) },
      { event: 'b', documentType: 'Move', businessEventId: null, responseStatus: 202 },
    ]);
    await change('updateWebhook', {
      id: agreed.id,
      eventLocation: null,
      documentType: null,
      becomes: null,
      answer: null,
    });
    expect((await callUnsigned(agreed, '{"kind":"c"}')).status).toBe(200);
    const row = await lastReceived(app, agreed);
    const unsigned = { documentType: 'Unsigned call', businessEventId: expect.any(String) };
    expect(row).toMatchObject({ event: 'received', ...unsigned });
  });

  test('renames the user of its events too, unless another name was given or it was erased', async () => {
    const { id } = await agree(app, { name: 'Before', provider: 'NONE' });
    const { id: other } = await agree(app, { name: 'Other', provider: 'NONE' });
    const fullNames = async () => {
      const rows = await app.database.query<{ name: string; full_name: string | null }>(
        'select name, full_name from users where name = any($1)',
        [[id, other]],
      );
      return Object.fromEntries(rows.map(({ name, full_name }) => [name, full_name]));
    };
    await change('updateWebhook', { id, name: 'After' });
    expect(await fullNames()).toEqual({ [id]: 'After', [other]: 'Other' });
    await app.database.query(
      `update users set full_name = case name when $1 then 'By hand' end where name in ($1, $2)`,
      [id, other],
    );
    for (const each of [id, other]) await change('updateWebhook', { id: each, name: 'Later' });
    expect(await fullNames()).toEqual({ [id]: 'By hand', [other]: null });
  });

  test('leaves what is not named as it is, within verification as well', async () => {
    const { id } = await agree(app, {
      provider: 'HMAC',
      verification: { header: 'X-Sum', prefix: 'a=' },
      toleranceSeconds: 60,
    });
    const selection = 'webhook { name incoming { toleranceSeconds verification { header prefix algorithm } } }';
    const { webhook } = await change(
      'updateWebhook',
      { id, verification: { algorithm: 'SHA1', prefix: null } },
      selection,
    );
    expect(webhook).toEqual({
      name: 'Caller',
      incoming: { toleranceSeconds: 60, verification: { header: 'X-Sum', prefix: null, algorithm: 'SHA1' } },
    });
    const refused = await mutate(app, 'updateWebhook', { id, verification: { header: null } });
    expect(refused.userErrors).toMatchObject([{ field: ['verification', 'header'], code: 'REQUIRED' }]);
  });

  test('changes where calls are passed on to, and not without saying where', async () => {
    const [first, second] = [
      await createTestWebhook(app, 'https://a.example'),
      await createTestWebhook(app, 'https://b.example'),
    ];
    const { id } = await agree(app, { becomes: 'FORWARD', forwardTo: [first.id] });
    const selection = 'webhook { incoming { forwardTo { id } becomes } }';
    const changed = await change('updateWebhook', { id, forwardTo: [second.id, second.id] }, selection);
    expect(changed.webhook.incoming).toEqual({ forwardTo: [{ id: second.id }], becomes: 'FORWARD' });
    for (const input of [{ forwardTo: [] }, { forwardTo: null }, { becomes: 'RECORD' }]) {
      const { userErrors } = await mutate(app, 'updateWebhook', { id, ...input });
      expect(userErrors).toMatchObject([{ field: ['forwardTo'] }]);
    }
    await change('updateWebhook', { id, becomes: 'RECORD', forwardTo: null });
  });
});

describe('rotateWebhookToken', () => {
  test('makes a new address; the old one works as well until the overlap ends', async () => {
    const agreed = await agree(app);
    const { token, address, webhook } = await change(
      'rotateWebhookToken',
      { id: agreed.id },
      'token address webhook { incoming { addresses { createdAt expiresAt } } }',
    );
    expect(address).toBe(`${app.url}/in/${token}`);
    const [newest, older] = webhook.incoming.addresses;
    expect(newest.expiresAt).toBeNull();
    expect(Date.parse(older.expiresAt) - Date.parse(newest.createdAt)).toBeLessThanOrEqual(24 * 3600 * 1000);
    expect(await statusOf({ ...agreed, address })).toBe(200);
    expect(await statusOf(agreed)).toBe(200);
    expect(await receivedBy(app, agreed)).toHaveLength(2);
    await app.database.query(`update incoming_tokens set expires_at = now() where expires_at is not null`);
    expect(await statusOf(agreed)).toBe(404);
    expect(await statusOf({ ...agreed, address })).toBe(200);
  });

  test('with an overlap of 0 the old address ends at once', async () => {
    const agreed = await agree(app);
    expect(await statusOf(agreed)).toBe(200);
    const { address } = await change('rotateWebhookToken', { id: agreed.id, overlapSeconds: 0 }, 'address');
    expect(await statusOf(agreed)).toBe(404);
    expect(await statusOf({ ...agreed, address })).toBe(200);
    expect(await receivedBy(app, agreed)).toHaveLength(2);
  });

  test('at most ten addresses lead to a webhook', async () => {
    const { id } = await agree(app);
    for (let n = 0; n < 9; n += 1) await change('rotateWebhookToken', { id });
    const refused = await mutate(app, 'rotateWebhookToken', { id }, 'token');
    expect(refused).toEqual({
      token: null,
      userErrors: [
        {
          field: ['id'],
          code: 'CONFLICT',
          message: 'Caller has 10 addresses that still work: give overlapSeconds: 0, or wait.',
        },
      ],
    });
    await change('rotateWebhookToken', { id, overlapSeconds: 0 });
    const { data } = await app.ask('query ($id: ID!) { webhook(id: $id) { incoming { addresses { expiresAt } } } }', {
      id,
    });
    expect(data.webhook.incoming.addresses).toEqual([{ expiresAt: null }]);
  });

  test.each([-1, 604_801])('refuses an overlap of %d seconds', async (overlapSeconds) => {
    const { id } = await agree(app);
    const { userErrors } = await mutate(app, 'rotateWebhookToken', { id, overlapSeconds });
    expect(userErrors).toMatchObject([{ field: ['overlapSeconds'], code: 'INVALID' }]);
  });
});

describe('rotateWebhookSecret', () => {
  test('a new secret is accepted at once, the old one until the overlap ends', async () => {
    const agreed = await agree(app);
    const { secret } = await change('rotateWebhookSecret', { id: agreed.id, overlapSeconds: 3600 }, 'secret publicKey');
    expect(await statusOf({ ...agreed, secret })).toBe(200);
    expect(await statusOf(agreed)).toBe(200);
    const { secret: third } = await change('rotateWebhookSecret', { id: agreed.id, overlapSeconds: 0 }, 'secret');
    expect(await statusOf({ ...agreed, secret: third })).toBe(200);
    for (const old of [agreed.secret, secret]) {
      expect(await statusOf({ ...agreed, secret: old })).toBe(401);
      expect(await lastReceived(app, agreed)).toMatchObject({
        status: 'REFUSED',
        error: expect.stringMatching(/retired/),
      });
    }
  });

  test('one that the partner issues is handed in, and only until then refused as unknown', async () => {
    const agreed = await agree(app, { provider: 'STRIPE' });
    const call = () =>
      sendRaw(agreed.address, {
        headers: { ...JSON_TYPE, 'stripe-signature': `t=1,v1=${'0'.repeat(64)}` },
        body: '{}',
      });
    await call();
    expect(await lastReceived(app, agreed)).toMatchObject({ errorCode: 'UNKNOWN_KEY', responseStatus: 401 });
    const without = await mutate(app, 'rotateWebhookSecret', { id: agreed.id });
    expect(without.userErrors).toEqual([
      {
        field: ['secret'],
        code: 'REQUIRED',
        message: expect.stringMatching(/^Stripe issues the secret: give it as secret/),
      },
    ]);
    const payload = await change('rotateWebhookSecret', { id: agreed.id, secret: 'whsec_issued_by_stripe' }, 'secret');
    expect(payload.secret).toBeNull();
    await call();
    expect((await lastReceived(app, agreed)).errorCode).not.toBe('UNKNOWN_KEY');
  });

  test('refuses what the provider cannot have, and an eleventh', async () => {
    const { id } = await agree(app);
    expect((await mutate(app, 'rotateWebhookSecret', { id, secret: 'hunter22' })).userErrors).toMatchObject([
      { field: ['secret'] },
    ]);
    const none = await agree(app, { provider: 'NONE' });
    expect((await mutate(app, 'rotateWebhookSecret', { id: none.id })).userErrors).toEqual([
      { field: ['id'], code: 'INVALID', message: 'Unsigned call has no secret to replace.' },
    ]);
    for (let n = 0; n < 9; n += 1) await change('rotateWebhookSecret', { id });
    expect((await mutate(app, 'rotateWebhookSecret', { id })).userErrors).toMatchObject([
      { field: ['id'], code: 'CONFLICT' },
    ]);
  });

  test('a public key of the partner goes beside a shared secret', async () => {
    const agreed = await agree(app);
    const secret = `whpk_${randomBytes(32).toString('base64')}`;
    await change('rotateWebhookSecret', { id: agreed.id, secret });
    expect(await statusOf(agreed)).toBe(200);
  });
});

test('a paused webhook answers 503 and when to come again, notes the call, and takes it when it is resumed', async () => {
  const agreed = await agree(app);
  const headers = { ...JSON_TYPE, ...standardHeaders(agreed.secret as string, BODY) };
  const call = () => sendRaw(agreed.address, { headers, body: BODY });
  await change('pauseWebhook', { id: agreed.id, reason: 'they are moving' });
  const answer = await call();
  expect([answer.status, answer.headers['retry-after'], answer.json.errors[0].extensions.code]).toEqual([
    503,
    '300',
    'NOT_ACTIVE',
  ]);
  expect(answer.text).not.toContain('moving');
  expect(await lastReceived(app, agreed)).toMatchObject({
    status: 'REFUSED',
    errorCode: 'NOT_ACTIVE',
    error: 'Caller is paused: they are moving.',
    responseStatus: 503,
    data: Buffer.alloc(0),
  });
  await change('resumeWebhook', { id: agreed.id });
  expect((await call()).status).toBe(200);
  expect(await lastReceived(app, agreed)).toMatchObject({ status: 'SUCCEEDED', duplicate: false });
  expect(await eventsOf(app, agreed)).toHaveLength(1);
});

test('an archived webhook answers 410, and notes the call', async () => {
  const agreed = await agree(app);
  await change('archiveWebhook', { id: agreed.id });
  const answer = await callStandard(agreed, BODY);
  expect([answer.status, answer.headers['retry-after'], answer.json.errors[0].extensions.code]).toEqual([
    410,
    undefined,
    'NOT_ACTIVE',
  ]);
  expect(await lastReceived(app, agreed)).toMatchObject({
    errorCode: 'NOT_ACTIVE',
    error: 'Caller is archived permanently.',
  });
  for (const mutation of ['rotateWebhookToken', 'rotateWebhookSecret', 'updateWebhook', 'resumeWebhook'])
    expect((await mutate(app, mutation, { id: agreed.id })).userErrors).not.toEqual([]);
});
