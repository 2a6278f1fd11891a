// GitHub and Slack send forms whose field `payload` has the JSON of the event.
import { createHmac } from 'node:crypto';
import { documentJson } from '../../../src/events/data/envelope';
import { useTestApi } from '../../support/app';
import { sendRaw } from '../../support/raw-http';
import { type Agreed, agree, callUnsigned, githubHeaders, lastReceived } from '../callers';

const app = useTestApi();

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const SECRET = 'a secret that both sides know';
const formOf = (payload: string, more = '') => `payload=${encodeURIComponent(payload)}${more}`;

test("a push of GitHub names its repository, and an organization's event its organization", async () => {
  const agreed = await agree(app, { provider: 'GITHUB', secret: SECRET });
  const sent = async (event: string, payload: string) => {
    const body = formOf(payload);
    const headers = { ...FORM, ...(await githubHeaders(SECRET, body, event)) };
    expect((await sendRaw(agreed.address, { headers, body })).status).toBe(200);
    const row = await lastReceived(app, agreed);
    return [row.event, row.referenceDocument];
  };
  expect(
    await sent('push', '{"ref":"refs/heads/main","repository":{"id":1,"full_name":"octocat/Hello-World"}}'),
  ).toEqual(['push', 'octocat/Hello-World']);
  expect(await sent('organization', '{"organization":{"login":"octo-org"}}')).toEqual(['organization', 'octo-org']);
});

test('a button of Slack is an event of its type, in its channel', async () => {
  const agreed = await agree(app, { provider: 'SLACK', secret: SECRET });
  const body = formOf(
    '{"type":"block_actions","trigger_id":"1.2","channel":{"id":"C024BE91L","name":"x"},"actions":[]}',
  );
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = { ...FORM, 'X-Slack-Request-Timestamp': timestamp, 'X-Slack-Signature': `v0=${signature}` };
  expect((await sendRaw(agreed.address, { headers, body })).status).toBe(200);
  expect(await lastReceived(app, agreed)).toMatchObject({ event: 'block_actions', referenceDocument: 'C024BE91L' });
});

describe('the places of an agreement', () => {
  let agreed: Agreed;
  beforeAll(async () => {
    agreed = await agree(app, {
      provider: 'NONE',
      eventLocation: { from: 'JSON', name: '$.payload.kind' },
      referenceLocation: { from: 'JSON', name: '$.payload.items[1].id' },
      idLocation: { from: 'JSON', name: '$.payload.id' },
    });
  });
  const received = async (body: string) => {
    await callUnsigned(agreed, body, FORM);
    const { event, referenceDocument } = await lastReceived(app, agreed);
    return [event, referenceDocument];
  };

  test('point into it, and numbers stay as they were written', async () => {
    const payload = '{"kind":"moved","items":[0,{"id":12345678901234567890}],"id":1}';
    expect(await received(formOf(payload))).toEqual(['moved', '12345678901234567890']);
    expect(await received(formOf(payload, '&payload=x').replace('payload=%7B', 'other=%7B'))).toEqual([
      'received',
      expect.stringMatching(/^req_/),
    ]);
  });

  test.each(['', 'x', '[{"kind":"moved"}]', '{"kind":"moved"', '"{}"', '{"kind":"moved"} x', '1'])(
    'find nothing in %j, which is a text',
    async (payload) => {
      expect((await received(formOf(payload)))[0]).toBe('received');
    },
  );
});

test('conditions and templates see it likewise, and other fields as texts', () => {
  const view = (body: string) => documentJson(Buffer.from(body), FORM['content-type']).toString();
  expect(view(formOf('{"a": 1.0, "a":2}', '&b=%7B%7D&c=1'))).toBe('{"payload":{"a": 1.0, "a":2},"b":"{}","c":"1"}');
  expect(view(formOf('{"a":1'))).toBe('{"payload":"{\\"a\\":1"}');
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  expect(view(formOf(deep))).toBe(`{"payload":${deep}}`);
});
