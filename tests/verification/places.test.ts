// Where each provider's calls say what they are, by what its documentation shows.

import { readJsonPath } from '../../src/json/json-part';
import { readContent, saidAt } from '../../src/verification/call';
import { PROVIDER_NAMES, type ProviderName } from '../../src/verification/provider';
import { PROVIDERS } from '../../src/verification/providers/providers';
import { type CallParts, callOf } from './calls';

const JSON_TYPE = { 'Content-Type': 'application/json; charset=utf-8' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };

function saidBy(name: ProviderName, parts: CallParts) {
  const { places, json = false } = PROVIDERS[name];
  const call = callOf(parts);
  const content = readContent(call, call.body, json);
  if ('fault' in content) return content;
  const { event, id, reference } = places;
  return {
    event: saidAt(event, call, content),
    id: saidAt(id, call, content),
    reference: saidAt(reference, call, content),
  };
}

test.each<[ProviderName, string, CallParts, [string | null, string | null, string | null]]>([
  [
    'STANDARD_WEBHOOKS',
    'a contact',
    { headers: { ...JSON_TYPE, 'Webhook-Id': 'msg_1' }, body: '{"type":"contact.created","data":{"id":"1f81"}}' },
    ['contact.created', 'msg_1', '1f81'],
  ],
  [
    'SVIX',
    'its own headers',
    { headers: { ...JSON_TYPE, 'svix-id': 'msg_1', 'webhook-id': 'msg_2' }, body: '{"type":"x"}' },
    ['x', 'msg_1', null],
  ],
  [
    'GITHUB',
    'an issue',
    {
      headers: {
        ...JSON_TYPE,
        'X-GitHub-Event': 'issues',
        'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      },
      body: '{"action":"opened","repository":{"id":1,"full_name":"octocat/Hello-World"}}',
    },
    ['issues', '72d3162e-cc78-11e3-81ab-4c9367dc0958', 'octocat/Hello-World'],
  ],
  [
    'GITLAB',
    'a push, without a content type',
    {
      headers: {
        'X-Gitlab-Event': 'Push Hook',
        'Idempotency-Key': 'f5e5f430-f57b-4e6e-9fac-d9128cd7232f',
        'X-Gitlab-Event-UUID': '13792a34-cac6-4fda-95a8-c58e00a3954e',
      },
      body: '{"object_kind":"push","project":{"path_with_namespace":"mike/diaspora"}}',
    },
    ['Push Hook', 'f5e5f430-f57b-4e6e-9fac-d9128cd7232f', 'mike/diaspora'],
  ],
  [
    'STRIPE',
    'a snapshot event',
    { headers: JSON_TYPE, body: '{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1"}}}' },
    ['invoice.paid', 'evt_1', 'in_1'],
  ],
  [
    'STRIPE',
    'a thin event',
    { headers: JSON_TYPE, body: '{"id":"evt_2","type":"v1.billing.meter","related_object":{"id":"mtr_1"}}' },
    ['v1.billing.meter', 'evt_2', 'mtr_1'],
  ],
  [
    'SHOPIFY',
    'an order, its number longer than a double',
    {
      headers: {
        ...JSON_TYPE,
        'X-Shopify-Topic': 'orders/create',
        'X-Shopify-Event-Id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
        'X-Shopify-Webhook-Id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
      },
      body: '{"id":82098291194615450899,"name":"#9999"}',
    },
    ['orders/create', 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043', '82098291194615450899'],
  ],
  [
    'SLACK',
    'an event',
    {
      headers: JSON_TYPE,
      body: '{"type":"event_callback","event_id":"Ev1","event":{"type":"message","channel":"C1"}}',
    },
    ['message', 'Ev1', 'C1'],
  ],
  [
    'SLACK',
    'a reaction',
    {
      headers: JSON_TYPE,
      body: '{"type":"event_callback","event_id":"Ev2","event":{"type":"reaction_added","item":{"channel":"C2"}}}',
    },
    ['reaction_added', 'Ev2', 'C2'],
  ],
  [
    'SLACK',
    'a command',
    { headers: FORM_TYPE, body: 'command=%2Fweather&text=94070&channel_id=C3' },
    ['/weather', null, 'C3'],
  ],
  [
    'TWILIO',
    'a message',
    {
      headers: { ...FORM_TYPE, 'I-Twilio-Idempotency-Token': 'f4a0' },
      body: 'MessageSid=SM1&SmsSid=SM1&MessageStatus=delivered&To=%2B1',
    },
    ['delivered', 'f4a0', 'SM1'],
  ],
  ['TWILIO', 'a call', { headers: FORM_TYPE, body: 'CallSid=CA1&CallStatus=completed' }, ['completed', null, 'CA1']],
  [
    'MAILGUN',
    'an event',
    {
      headers: JSON_TYPE,
      body: '{"signature":{"token":"t"},"event-data":{"event":"opened","id":"Ase7","message":{"headers":{"message-id":"m@x"}}}}',
    },
    ['opened', 't', 'm@x'],
  ],
  ['MAILGUN', 'a form', { headers: FORM_TYPE, body: 'event=opened&token=t&Message-Id=m%40x' }, ['opened', 't', 'm@x']],
  [
    'FRAPPE',
    'a document, without a content type',
    { body: '{"doctype": "Sales Invoice", "name": "INV-0042"}' },
    ['Sales Invoice', null, 'INV-0042'],
  ],
  ['HMAC', 'JSON', { headers: JSON_TYPE, body: '{"event":"paid","id":"1"}' }, ['paid', null, null]],
  ['TOKEN', 'something else', { headers: { 'Content-Type': 'text/csv' }, body: 'type' }, [null, null, null]],
  ['NONE', 'nothing', {}, [null, null, null]],
])('%s: %s', (name, _what, parts, [event, id, reference]) => {
  expect(saidBy(name, parts)).toEqual({ event, id, reference });
});

test('every place is one that can be looked at', () => {
  for (const name of PROVIDER_NAMES) {
    const { event, id, reference } = PROVIDERS[name].places;
    for (const place of [...event, ...id, ...reference]) {
      if (place.from === 'JSON') expect(readJsonPath([place.name], []).length).toBeGreaterThan(0);
      else expect(place.name).toMatch(/^[A-Za-z-]+$/);
    }
  }
});

describe("Slack's handshake", () => {
  const answered = (parts: CallParts) => {
    const call = callOf(parts);
    const content = readContent(call, call.body, false);
    return 'fault' in content ? content : PROVIDERS.SLACK.handshake?.(content);
  };

  test('is answered with the challenge', () => {
    const body =
      '{"token":"Jhj5","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P","type":"url_verification"}';
    expect(answered({ headers: JSON_TYPE, body })).toEqual({
      body: '3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P',
      contentType: 'text/plain; charset=utf-8',
    });
  });

  test.each([
    ['{"type":"event_callback","challenge":"x"}'],
    ['{"type":"url_verification"}'],
    ['{"type":"url_verification","challenge":1}'],
    ['{"type":"url_verification","challenge":null}'],
    ['{"event":{"type":"url_verification","challenge":"x"}}'],
    ['["url_verification"]'],
    ['"url_verification"'],
    ['null'],
    ['1'],
  ])('is not seen in %s', (body) => expect(answered({ headers: JSON_TYPE, body })).toBeNull());

  test('is not seen in a form', () => {
    expect(answered({ headers: FORM_TYPE, body: 'type=url_verification&challenge=x' })).toBeNull();
  });
});
