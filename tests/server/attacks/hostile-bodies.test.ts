// Bodies that are cheap to send and dear to read: they are refused before anything of them is inspected.
import { buildSchema, GraphQLError, type GraphQLInputType, type OperationDefinitionNode, parse } from 'graphql';
import { faultsOfContent } from '../../../src/events/event-faults';
import { coerceInput, shapeOf } from '../../../src/graphql/arguments/check-input';
import { checkedVariables } from '../../../src/graphql/limits/document-limits';
import { exactOf, findMembers, memberOf, rootOf, textOf } from '../../../src/json/json-part';
import { countParts } from '../../../src/json/json-size';
import { readJsonText } from '../../../src/json/json-text';
import { formatError } from '../../../src/server/edge/format-error';
import { sharedSchema } from '../../../src/server/schema/schema';
import { useTestApi } from '../../support/app';
import { mutate } from '../../support/mutate';

const app = useTestApi();

const unknownKeys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`unknown${i}`, 0]));

/** An object with these keys, whose values end the test if they are read. */
function unreadable(keys: readonly string[]): object {
  return new Proxy(Object.fromEntries(keys.map((key) => [key, 0])), {
    get(_, key) {
      throw new Error(`${String(key)} was read`);
    },
  });
}

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const answer = await fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.status, text: await answer.text() };
}

const FILTERED = 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { nodes { id } } }';
const WATCHED = 'subscription ($where: WebhookRequestLogWhere) { webhookRequestLogChanged(where: $where) { kind } }';

describe('variables', () => {
  const { definitions } = parse(FILTERED);
  const check = (variables: Record<string, unknown>) =>
    checkedVariables(sharedSchema(), definitions[0] as OperationDefinitionNode, variables, false);

  test('the first unknown key refuses, by its name, and nothing of the value is read', () => {
    const expected =
      'Variable "$where" got an invalid value; Field "unknown0" is not defined by type "WebhookRequestLogWhere".';
    expect(() => check({ where: unreadable(['id', 'unknown0', 'unknown1']) })).toThrow(expected);
  });

  test.each([
    [{ id: { in: [['a']] } }, 'id.in[0]"; ID cannot represent a list.'],
    [{ status: { eq: unreadable(['a']) } }, 'status.eq"; WebhookRequestLogStatus cannot represent an object.'],
    [{ and: [{ id: 'x' }] }, 'and[0].id"; Expected type "IDFilter" to be an object.'],
    [{ and: [null] }, 'and[0]"; Expected non-nullable type "WebhookRequestLogWhere!" not to be null.'],
  ])('another shape is named, without the value', (where, expected) => {
    expect(() => check({ where })).toThrow(`Variable "$where" got an invalid value at "where.${expected}`);
  });

  test('those that the operation does not declare are left out', () => {
    const where = { id: { eq: 'req_1' } };
    expect(check({ ...unknownKeys(3), where })).toEqual({ where });
  });

  test('a required field and the one field of a oneOf', () => {
    const schema = buildSchema(
      'type Query { a(x: X, y: Y): Int } input X { b: Int! c: Int! = 1 } input Y @oneOf { d: Int e: Int }',
    );
    const shapeIn = (name: string, value: unknown) => shapeOf(value, schema.getType(name) as GraphQLInputType, 10);
    expect(shapeIn('X', {}).fault?.message).toBe('Field "b" of required type "Int!" was not provided.');
    expect(shapeIn('X', { b: 1 })).toEqual({ fault: null, values: 2 });
    expect(shapeIn('Y', { d: 1, e: 1 }).fault?.message).toBe('Type "Y" takes exactly one of d, e, not 2 of them.');
  });

  test.each([
    ['/graphql', FILTERED, {}],
    ['/graphql/stream', WATCHED, { accept: 'text/event-stream' }],
  ])('%s answers one error', async (path, query, headers) => {
    const { text } = await post(path, { query, variables: { where: unknownKeys(2_000) } }, headers);
    expect(text.match(/"message"/g)).toHaveLength(1);
    expect(text).toContain('Field \\"unknown0\\" is not defined by type');
  });
});

describe('a file of webhooks', () => {
  const importing = async (webhook: object) => {
    const document = JSON.stringify({ format: 'hookledger/webhooks', formatVersion: 1, webhooks: [webhook] });
    return (await mutate(app, 'importWebhooks', { document, dryRun: true })).userErrors;
  };

  test('one webhook of 200,000 unknown keys is one fault', async () => {
    expect(await importing({ name: 'x', ...unknownKeys(200_000) })).toEqual([
      {
        field: ['document', 'webhooks', '0'],
        code: 'TOO_LARGE',
        message: 'webhooks.0 has 200001 settings; at most 100 are allowed.',
      },
    ]);
    expect(await importing({ name: 'x', ...unknownKeys(50) })).toMatchObject([
      { message: expect.stringContaining('unknown0') },
    ]);
  });

  test('at most 100 faults are looked for', () => {
    const found = coerceInput(sharedSchema(), 'CreateWebhookInput', {
      name: 'x',
      direction: 'OUTGOING',
      events: Array.from({ length: 5_000 }, () => 1),
    });
    expect('faults' in found && found.faults).toHaveLength(100);
  });

  test('it has no more members than a body', async () => {
    const document = `[${'{},'.repeat(510_000)}{}]`;
    expect((await mutate(app, 'importWebhooks', { document })).userErrors).toEqual([
      expect.objectContaining({ code: 'TOO_LARGE', message: expect.stringContaining('has 510001 members') }),
    ]);
  });
});

describe('the members of a body', () => {
  test.each([
    ['[]', 0, 0],
    ['[ ]', 0, 0],
    ['[1, "a,b:{[", {}]', 3, 0],
    ['{"a": [1, 2], "b\\"": {"c": {}}}', 5, 3],
    ['[[], {}, [[]]]', 4, 0],
  ])('%s', (text, members, keys) => {
    expect(countParts(text)).toEqual({ members, keys });
  });

  test('are at most 510,000, wherever they are', async () => {
    const many = `[${'0,'.repeat(510_000)}0]`;
    for (const [path, body] of [
      ['/graphql', `{"query":"{ __typename }","extensions":{"x":${many}}}`],
      ['/graphql', many],
      ['/events', many],
      ['/graphql/stream', `{"query":"x","variables":{"x":${many}}}`],
    ] as const) {
      const { status, text } = await post(path, body);
      expect({ path, status, text: JSON.parse(text).errors[0].message }).toEqual({
        path,
        status: 413,
        text: expect.stringMatching(/^The body has 510,00\d members of objects and lists; at most 510,000 are allowed/),
      });
    }
  });

  test('500 events of 1,000 are published', async () => {
    const data = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`k${i}`, i]));
    const event = { documentType: 'Large', event: 'made', referenceDocument: 'L', data, user: null };
    const { status, text } = await post(
      '/events',
      Array.from({ length: 500 }, () => event),
    );
    expect({ status, events: JSON.parse(text).events?.length }).toEqual({ status: 200, events: 500 });
  });
});

test('data that is too large is not inspected', () => {
  const data = rootOf(readJsonText(JSON.stringify({ text: 'x'.repeat(300_000) }).replace('}', ',"text":1}')));
  const event = {
    documentType: 'A',
    event: 'b',
    referenceDocument: 'c',
    user: null,
    idempotencyKey: null,
    causedBy: null,
  };
  expect(faultsOfContent({ ...event, data: exactOf(data) }, [])).toMatchObject([{ code: 'TOO_LARGE' }]);
  expect(data.problems).toBeUndefined();
});

test('members that are found together are those that are found alone', () => {
  const text = '{"a": 1, "b": {"a": 2}, "\\u0061": [3], "c": null, "d": "}"}';
  const [together, alone] = [rootOf(readJsonText(text)), rootOf(readJsonText(text))];
  findMembers(together, ['a', 'c', 'd', 'e']);
  for (const key of ['a', 'b', 'c', 'd', 'e']) {
    const [one, other] = [memberOf(together, key), memberOf(alone, key)];
    const shown = (part: typeof one) => part && [textOf(part), part.isRepeated];
    expect({ key, found: shown(one) }).toEqual({ key, found: shown(other) });
  }
});

test('a message of a library with a long value is read only at its beginning', () => {
  const error = new GraphQLError(`Int cannot represent ${' Did you mean '.repeat(1_000_000)}`);
  const { message } = formatError({ message: '', extensions: { code: 'BAD_USER_INPUT' } }, error);
  expect(message).toBe('Int cannot represent ');
});
