import { readJsonPath } from '../../src/json/json-part';
import { HIDDEN } from '../../src/masking/mask-value';
import { maskedContent } from '../../src/masking/masked-content';
import { masksOfRoles } from '../../src/masking/masks-of-viewer';
import type { MaskableRole, MaskingRule, Origin } from '../../src/masking/rule';

const INVOICE: Origin = { documentType: 'Sales Invoice', webhookId: 'w1' };

function rule(path: string, strategy: MaskingRule['strategy'], more: Partial<MaskingRule> = {}): MaskingRule {
  const steps = readJsonPath([path], ['path']);
  return { roles: ['SUPPORT'], documentType: null, webhookId: null, part: 'DATA', strategy, ...more, path: steps };
}

function shown(value: unknown, rules: MaskingRule[], roles: MaskableRole[] = ['SUPPORT'], origin = INVOICE): unknown {
  // it is changed
  return maskedContent(masksOfRoles(roles, rules, '1'), 'DATA', 'JSON', origin, structuredClone(value));
}

const forAuditors = { roles: ['AUDITOR' as const] };

describe('for SUPPORT', () => {
  test('every value is hidden without rules, and keys and lists keep their places', () => {
    const value = { name: 'INV-1', paid: true, total: 5, none: null, empty: {}, no: [], items: [{ sku: 'A' }, 'b'] };
    expect(shown(value, [])).toEqual({
      name: HIDDEN,
      paid: HIDDEN,
      total: HIDDEN,
      none: HIDDEN,
      empty: {},
      no: [],
      items: [{ sku: HIDDEN }, HIDDEN],
    });
  });

  test('a rule shows a value with all below it, and a longer path decides about its part', () => {
    const value = { customer: { name: 'ACME', tax: { id: '123456789', office: 'Lyon' } }, total: 5 };
    const rules = [rule('$.customer.tax.id', 'LAST4'), rule('$.customer', 'SHOW'), rule('$.customer.tax', 'HIDE')];
    expect(shown(value, rules)).toEqual({
      customer: { name: 'ACME', tax: { id: `${HIDDEN}6789`, office: HIDDEN } },
      total: HIDDEN,
    });
  });

  test('of two rules for one path, the stricter decides, whichever is older', () => {
    const both = [rule('$.a', 'SHOW'), rule('$.a', 'HIDE')];
    expect(shown({ a: 1 }, both)).toEqual({ a: HIDDEN });
    expect(shown({ a: 1 }, both.reverse())).toEqual({ a: HIDDEN });
  });

  test.each(['$.items[0]', '$.items[*]'])('of two paths of one length, the stricter decides, also %s', (hidden) => {
    const rules = ['$.items[0]', '$.items[*]'].map((path) => rule(path, path === hidden ? 'HIDE' : 'SHOW'));
    expect(shown({ items: ['a'] }, rules)).toEqual({ items: [HIDDEN] });
  });

  test.each([
    { path: '$.items[*].sku', expected: { items: [{ sku: 'A', price: HIDDEN }, { sku: 'B' }] } },
    { path: '$.items[1]', expected: { items: [{ sku: HIDDEN, price: HIDDEN }, { sku: 'B' }] } },
    { path: '$.items.sku', expected: { items: [{ sku: 'A', price: HIDDEN }, { sku: 'B' }] } },
    { path: '$["items"][0].price', expected: { items: [{ sku: HIDDEN, price: 7 }, { sku: HIDDEN }] } },
    { path: '$.items.sku.deeper', expected: { items: [{ sku: HIDDEN, price: HIDDEN }, { sku: HIDDEN }] } },
  ])('$path reaches into lists', ({ path, expected }) => {
    expect(shown({ items: [{ sku: 'A', price: 7 }, { sku: 'B' }] }, [rule(path, 'SHOW')])).toEqual(expected);
  });

  test.each([
    { value: '12345678', expected: `${HIDDEN}5678` },
    { value: 1234567890, expected: `${HIDDEN}7890` },
    { value: Number('12345678901234567890'), expected: HIDDEN },
    { value: 1234567.1, expected: HIDDEN },
    { value: '1234567', expected: HIDDEN },
    { value: '💶💶💶💶💶💶💶1', expected: `${HIDDEN}💶💶💶1` },
    { value: true, expected: HIDDEN },
    { value: null, expected: HIDDEN },
  ])('LAST4 of $value is $expected', ({ value, expected }) => {
    expect(shown({ iban: value }, [rule('$.iban', 'LAST4')])).toEqual({ iban: expected });
  });

  test('a text that is no JSON is hidden, unless the whole part is shown', () => {
    expect(shown('a=1&b=2', [rule('$.a', 'SHOW')])).toBe(HIDDEN);
    expect(shown('a=1&b=2', [rule('$', 'SHOW')])).toBe('a=1&b=2');
    expect(shown('a=1&b=2', [rule('$', 'SHOW'), rule('$.b', 'HIDE')])).toBe(HIDDEN);
  });

  test('a document is masked alike after others that have a list, a text or an object in the same place', () => {
    const masks = masksOfRoles(['SUPPORT'], [rule('$.a[0].b', 'SHOW'), rule('$.a[*].c', 'SHOW')], '1');
    const masked = (value: unknown) => maskedContent(masks, 'DATA', 'JSON', INVOICE, structuredClone(value));
    const documents: [unknown, unknown][] = [
      [
        {
          a: [
            { b: 1, c: 2 },
            { b: 1, c: 2 },
          ],
        },
        {
          a: [
            { b: 1, c: 2 },
            { b: HIDDEN, c: 2 },
          ],
        },
      ],
      [{ a: { b: 1, c: 2 } }, { a: { b: 1, c: 2 } }],
      [{ a: 'b' }, { a: HIDDEN }],
      [
        { a: [[{ b: 1, c: 2 }]], z: { b: 1 } },
        { a: [[{ b: 1, c: 2 }]], z: { b: HIDDEN } },
      ],
    ];
    for (const [value, expected] of [...documents, ...documents.reverse()]) expect(masked(value)).toEqual(expected);
  });

  test('the empty key is a key like others, also beside keys that no rule names', () => {
    expect(shown({ x: 1, '': 2, y: 3 }, [rule('$[""]', 'SHOW')])).toEqual({ x: HIDDEN, '': 2, y: HIDDEN });
  });

  test('lists that are nested deeply do not multiply the ways that lead to them', () => {
    const nested = (levels: number): unknown => (levels === 0 ? { a: 1, b: 2 } : [nested(levels - 1)]);
    const rules = [rule('$.a', 'SHOW'), rule('$[*].b', 'SHOW'), rule('$[*][*].a', 'HIDE'), rule('$[0].b', 'HIDE')];
    expect(JSON.stringify(shown(nested(60), rules))).toContain(`"${HIDDEN}"`);
  });

  test('the key __proto__ is a key like others', () => {
    const value = JSON.parse('{"__proto__":{"a":"secret"},"b":1}');
    expect(JSON.stringify(shown(value, [rule('$.b', 'SHOW')]))).toBe(`{"__proto__":{"a":"${HIDDEN}"},"b":1}`);
  });

  test.each<{ text: string; path: string; expected: string }>([
    { text: '{"a":1,"b":2,"a":"3"}', path: '$.a', expected: '{"a":"3","b":"***"}' },
    {
      text: '{"b":1,"2":{"1":"x","0":"y"},"1":"z"}',
      path: '$["2"]["1"]',
      expected: '{"1":"***","2":{"0":"***","1":"x"},"b":"***"}',
    },
    { text: '{"Größe":"a","gr\\u00f6\\u00dfe":"b"}', path: '$["größe"]', expected: '{"Größe":"***","größe":"b"}' },
    { text: '{"a.b":"c","a":{"b":"d"}}', path: '$["a.b"]', expected: '{"a.b":"c","a":{"b":"***"}}' },
    { text: '{"\\ud83d\\ude00":"c","\\"[*]":"d"}', path: '$["😀"]', expected: '{"😀":"c","\\"[*]":"***"}' },
    {
      text: '{"hasOwnProperty":"a","constructor":"b","toString":null}',
      path: '$.constructor',
      expected: '{"hasOwnProperty":"***","constructor":"b","toString":"***"}',
    },
    { text: '[[{"a":1},2],{"a":3}]', path: '$[1].a', expected: '[[{"a":"***"},"***"],{"a":3}]' },
  ])('of $text, $path shows only what it names', ({ text, path, expected }) => {
    expect(JSON.stringify(shown(JSON.parse(text), [rule(path, 'SHOW')]))).toBe(expected);
  });

  test('a document with many levels and a long text', () => {
    const deep = (levels: number, value: unknown): unknown =>
      levels === 0 ? value : levels % 2 ? [deep(levels - 1, value)] : { a: deep(levels - 1, value), b: 'secret' };
    const long = 'x'.repeat(1_000_000);
    const text = JSON.stringify(shown(deep(100, long), [rule('$.c', 'SHOW')]));
    expect(text).not.toMatch(/secret|xx/);
    expect(text.match(/\*\*\*/g)).toHaveLength(51);
    expect(shown({ a: long }, [rule('$.a', 'LAST4')])).toEqual({ a: `${HIDDEN}xxxx` });
  });

  test('a rule for another document type or webhook shows nothing, also where the row does not tell', () => {
    const ofType = rule('$', 'SHOW', { documentType: 'Sales Order' });
    const ofWebhook = rule('$', 'SHOW', { webhookId: 'w1' });
    expect(shown({ a: 1 }, [ofType])).toEqual({ a: HIDDEN });
    expect(shown({ a: 1 }, [ofType], ['SUPPORT'], { ...INVOICE, documentType: null })).toEqual({ a: HIDDEN });
    expect(shown({ a: 1 }, [ofWebhook])).toEqual({ a: 1 });
    expect(shown({ a: 1 }, [ofWebhook], ['SUPPORT'], { ...INVOICE, webhookId: null })).toEqual({ a: HIDDEN });
  });
});

describe('for other roles', () => {
  test('only what a rule names is hidden', () => {
    const value = { taxId: '123456789', total: 5, parties: [{ taxId: '2', name: 'ACME' }] };
    const rules = [rule('$.taxId', 'HIDE', forAuditors), rule('$.parties[*].taxId', 'HIDE', forAuditors)];
    expect(shown(value, rules, ['AUDITOR'])).toEqual({
      taxId: HIDDEN,
      total: 5,
      parties: [{ taxId: HIDDEN, name: 'ACME' }],
    });
    expect(shown(value, rules, ['INTEGRATION_MANAGER'])).toEqual(value);
  });

  test('a path of a list also hides in a single object, as partners write lists of one', () => {
    const rules = [rule('$.items[*].sku', 'HIDE', forAuditors), rule('$.tags[*]', 'HIDE', forAuditors)];
    const value = { items: { sku: 'A', n: 1 }, tags: 'secret' };
    expect(shown(value, rules, ['AUDITOR'])).toEqual({ items: { sku: HIDDEN, n: 1 }, tags: HIDDEN });
  });

  test('a rule for some rows hides as strictly as it can where the row does not tell', () => {
    const rules = [rule('$.iban', 'LAST4', { ...forAuditors, documentType: 'Sales Invoice', webhookId: 'w1' })];
    const iban = 'DE89370400440532013000';
    expect(shown({ iban }, rules, ['AUDITOR'])).toEqual({ iban: `${HIDDEN}3000` });
    expect(shown({ iban }, rules, ['AUDITOR'], { ...INVOICE, webhookId: null })).toEqual({ iban: HIDDEN });
    expect(shown({ iban }, rules, ['AUDITOR'], { ...INVOICE, webhookId: 'w2' })).toEqual({ iban });
  });

  test('each row has the rules for its document type and webhook, whichever row was masked before it', () => {
    const types = ['Sales Invoice', 'Sales Order', 'Customer', null];
    const webhooks = ['w1', 'w2', 'w3', null];
    const rules = [
      rule('$.a', 'HIDE', { ...forAuditors, documentType: 'Sales Invoice' }),
      rule('$.b', 'LAST4', { ...forAuditors, documentType: 'Sales Order', webhookId: 'w1' }),
      rule('$.c', 'HIDE', { ...forAuditors, webhookId: 'w2' }),
    ];
    const value = { a: 'aaaaaaaaaa', b: 'bbbbbbbbbb', c: 'cccccccccc' };
    const origins = types.flatMap((documentType) => webhooks.map((webhookId) => ({ documentType, webhookId })));
    for (const order of [origins, origins.toReversed()]) {
      const masks = masksOfRoles(['AUDITOR'], rules, '1');
      const seen = order.map((origin) => maskedContent(masks, 'DATA', 'JSON', origin, structuredClone(value)));
      expect(seen).toEqual(order.map((origin) => shown(value, rules, ['AUDITOR'], origin)));
    }
  });

  test('of several roles, the one that sees most of a value decides about it', () => {
    const rules = [
      rule('$.taxId', 'HIDE', forAuditors),
      rule('$', 'HIDE', { roles: ['INTEGRATION_MANAGER'] }),
      rule('$.total', 'SHOW', { roles: ['INTEGRATION_MANAGER', 'SUPPORT'] }),
    ];
    const value = { taxId: 'x', total: 5, name: 'INV-1' };
    expect(shown(value, rules, ['INTEGRATION_MANAGER'])).toEqual({ taxId: HIDDEN, total: 5, name: HIDDEN });
    expect(shown(value, rules, ['INTEGRATION_MANAGER', 'AUDITOR'])).toEqual({ taxId: HIDDEN, total: 5, name: 'INV-1' });
    expect(shown(value, [rule('$.taxId', 'HIDE', forAuditors)], ['INTEGRATION_MANAGER', 'AUDITOR'])).toEqual(value);
  });

  test('headers that have the length or a digest of a masked body are hidden with it', () => {
    const masks = masksOfRoles(['AUDITOR'], [rule('$.taxId', 'HIDE', forAuditors)], '1');
    const headers = { 'content-length': '7', digest: 'sha-256=abc', 'x-number': 'INV-1' };
    expect(maskedContent(masks, 'HEADERS', 'JSON', INVOICE, { ...headers })).toEqual({
      'content-length': HIDDEN,
      digest: HIDDEN,
      'x-number': 'INV-1',
    });
    const list = [
      { name: 'Content-Length', value: '7' },
      { name: 'X-Number', value: 'INV-1' },
    ];
    expect(maskedContent(masks, 'HEADERS', 'HEADER_LIST', INVOICE, list)).toEqual([
      { name: 'Content-Length', value: HIDDEN },
      { name: 'X-Number', value: 'INV-1' },
    ]);
    expect(maskedContent(masks, 'RESPONSE_HEADERS', 'JSON', INVOICE, headers)).toEqual(headers);
  });

  test.each([
    'content-range',
    'etag',
    'unencoded-digest',
    'x-amz-content-sha256',
    'x-amz-checksum-crc32c',
    'x-content-md5',
    'x_content_md5',
    'body.length',
    'x-goog-hash',
    'x-goog-stored-content-length',
    'x-sha-256',
  ])('%s is such a header', (name) => {
    const masks = masksOfRoles(['AUDITOR'], [rule('$.iban', 'HIDE', { ...forAuditors, part: 'RESPONSE' })], '1');
    const headers = { [name]: 'about the body', 'x-request-id': '7', 'x-hub-signature-256': 'made with a secret' };
    expect(maskedContent(masks, 'RESPONSE_HEADERS', 'JSON', INVOICE, headers)).toEqual({ ...headers, [name]: HIDDEN });
  });

  test('a body whose header content-type is hidden has no parameters of its type', () => {
    const hidden = [rule('$.content-type', 'HIDE', { ...forAuditors, part: 'RESPONSE_HEADERS' })];
    const body = { text: 'a', contentType: 'text/plain; name="Jane Doe"', masked: false, truncated: false };
    const typeFor = (rules: MaskingRule[], part: 'DATA' | 'RESPONSE', roles: MaskableRole[] = ['AUDITOR']) => {
      const shownBody = maskedContent(masksOfRoles(roles, rules, '1'), part, 'BODY', INVOICE, { ...body });
      expect(shownBody).toMatchObject({ text: 'a', masked: false });
      return (shownBody as typeof body).contentType;
    };
    expect(typeFor(hidden, 'RESPONSE')).toBe('text/plain');
    expect(typeFor(hidden, 'DATA')).toBe(body.contentType);
    const support = [rule('$', 'SHOW', { part: 'RESPONSE' })];
    expect(typeFor(support, 'RESPONSE', ['SUPPORT'])).toBe('text/plain');
    const shownType = rule('$.content-type', 'SHOW', { part: 'RESPONSE_HEADERS' });
    expect(typeFor([...support, shownType], 'RESPONSE', ['SUPPORT'])).toBe(body.contentType);
  });
});

test('a filter of another user is masked in a copy, because the row of the audit trail keeps it', () => {
  const details = { filter: { data: { contains: { iban: 'FR76' } }, status: 'FAILED' } };
  const masked = maskedContent(masksOfRoles(['SUPPORT'], [], '1'), 'FILTER', 'JSON', INVOICE, details);
  expect(masked).toEqual({ filter: { data: { contains: { iban: HIDDEN } }, status: 'FAILED' } });
  expect(details.filter.data.contains.iban).toBe('FR76');
});

test('a viewer without a role that reads sees nothing', () => {
  expect(shown({ a: 1 }, [], [])).toEqual({ a: HIDDEN });
});
