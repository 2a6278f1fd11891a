import {
  buildSchema,
  execute,
  type FieldNode,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { exactArgument } from '../../src/graphql/arguments/exact-argument';
import { type ExactValue, memberOf, rootOf } from '../../src/json/json-part';
import { readJsonText } from '../../src/json/json-text';
import { endsByItself } from '../support/ends-by-itself';

const schema = buildSchema(`
  scalar JSON
  input Event { type: String = "x" data: JSON! }
  input Input { events: [Event!]! }
  type Query { publish(input: Input, data: JSON): Int }
`);

type Path = (string | number)[];
const DATA: Path = ['input', 'events', 0, 'data'];
const NUMBER = 'The number 1e400 does not fit a double, most programs read Infinity instead: send it as a string.';

/** Executes a request, unvalidated so that anything can be tried, and asks for the argument inside the resolver. */
async function ask(query: string, variables: string, path: Path): Promise<ExactValue | undefined> {
  const body = rootOf(readJsonText(`{"query":${JSON.stringify(query)},"variables":${variables}}`));
  const part = memberOf(body, 'variables');
  const asked: (ExactValue | undefined)[] = [];
  const publish = (_: object, __: unknown, info: GraphQLResolveInfo) => asked.push(exactArgument(info, part, path));
  const variableValues = part!.value as Record<string, unknown> | null;
  const { errors } = await execute({ schema, document: parse(query), variableValues, rootValue: { publish } });
  expect(errors).toBeUndefined();
  expect(asked).toHaveLength(1);
  return asked[0];
}

describe('the exact text of an argument', () => {
  const INPUT = 'query ($input: Input) { alias: publish(input: $input) }';
  const EVENTS = 'query ($events: [Event!]!) { publish(input: { events: $events }) }';
  const EVENT = 'query ($event: Event!) { publish(input: { events: [$event] }) }';
  const DATA_ONLY = 'query ($data: JSON!) { publish(input: { events: { data: $data } }) }';
  const DEFAULT = 'query ($data: JSON! = {a: 1.0, b: [2.50]}) { publish(input: { events: [{ data: $data }] }) }';
  const FRAGMENT = 'query ($e: [Event!]!) { ...F } fragment F on Query { publish(input: { events: $e }) }';

  it.each([
    ['a variable for all', INPUT, '{"input":{"events":[{"data":{"total": 1.0}}]}}', '{"total": 1.0}'],
    ['a variable for the list', EVENTS, '{"events":[{"type":"x", "data" : [1.0 ,2]}]}', '[1.0 ,2]'],
    ['a variable in a fragment', FRAGMENT, '{"e":[{"data":1.0}]}', '1.0'],
    ['a single value for a list', EVENTS, '{"events":{"data":100.00}}', '100.00'],
    ['a variable for an event', EVENT, '{"event":{"data":"\\u0041"}}', '"\\u0041"'],
    ['a variable for a bare number', DATA_ONLY, '{"data":1.0}', '1.0'],
    ['a variable for a bare true', DATA_ONLY, '{"data": true }', 'true'],
    ['a default of the operation', DEFAULT, '{}', '{"a":1.0,"b":[2.50]}'],
    ['a default, without any variables', DEFAULT, 'null', '{"a":1.0,"b":[2.50]}'],
    ['a variable in place of its default', DEFAULT, '{"data":{"a":1.0}}', '{"a":1.0}'],
  ])('is kept through %s', async (_, query, variables, text) => {
    expect(await ask(query, variables, DATA)).toEqual({
      text,
      bytes: Buffer.byteLength(text),
      value: JSON.parse(text),
      problems: [],
    });
  });

  it.each([
    ['1.0', '1.0'],
    ['-0', '-0'],
    ['"Größe \\u0041 \\" \\n"', '"Größe A \\" \\n"'],
    ['"""\n  two\n  lines\n"""', '"two\\nlines"'],
    [
      '{ total: 1.0, tags: ["a" true null], none: {}, n: $x }',
      '{"total":1.0,"tags":["a",true,null],"none":{},"n":2.50}',
    ],
    ['[$x, $absent, {a: $absent, b: $x}, $withDefault]', '[2.50,null,{"b":2.50},{"c":1.0}]'],
    ['[]', '[]'],
  ])('of the literal %s is JSON', async (literal, text) => {
    const query = `query ($x: JSON, $absent: JSON, $withDefault: JSON = {c: 1.0}) { publish(data: ${literal}) }`;
    const json = await ask(query, '{"x":2.50}', ['data']);
    expect(json).toEqual({ text, bytes: Buffer.byteLength(text), value: JSON.parse(text), problems: [] });
  });

  it('is that of the event asked for', async () => {
    const query = 'query ($a: Event!, $b: JSON!) { publish(input: { events: [$a, { data: $b }, { data: 3.0 }] }) }';
    const variables = '{"b":2.0,"a":{"data":1.0}}';
    const texts = [0, 1, 2].map(
      async (index) => (await ask(query, variables, ['input', 'events', index, 'data']))?.text,
    );
    expect(await Promise.all(texts)).toEqual(['1.0', '2.0', '3.0']);
    expect((await ask(query, variables, ['input', 'events', 0]))?.text).toBe('{"data":1.0}');
  });

  it.each([
    ['an argument', '{ publish }', ['data']],
    ['an argument whose variable is absent', 'query ($d: JSON) { publish(data: $d) }', ['data']],
    ['a field of null', '{ publish(input: null) }', DATA],
    ['a field of a null variable', 'query ($input: Input) { publish(input: $input) }', DATA],
    ['an element of null', 'query ($input: Input) { publish(input: $input) }', ['input', 0]],
    ['an element of a null literal', '{ publish(data: null) }', ['data', 0]],
    ['a second one of a single value', '{ publish(input: { events: { data: 1 } }) }', ['input', 'events', 1, 'data']],
    [
      'a field that the schema has a default for',
      '{ publish(input: { events: [{ data: 1 }] }) }',
      ['input', 'events', 0, 'type'],
    ],
  ])('is undefined for %s that was not given', async (_, query, path) => {
    expect(await ask(query, query.includes('Input)') ? '{"input":null}' : '{}', path)).toBeUndefined();
  });

  it('tells a null that was given from nothing', async () => {
    const query = 'query ($d: JSON = 1) { publish(data: $d) }';
    expect((await ask(query, '{"d":null}', ['data']))?.text).toBe('null');
    expect((await ask('{ publish(data: null) }', '{}', ['data']))?.text).toBe('null');
  });
});

describe('a problem of an argument', () => {
  const VARIABLE = 'query ($x: JSON, $input: Input) { publish(data: $x, input: $input) }';
  it.each([
    ['in a variable', VARIABLE, '{"x":{"a":[1e400]}}', ['a', '0'], NUMBER],
    ['that is the variable', VARIABLE, '{"x":1e400}', [], NUMBER],
    ['in a literal', '{ publish(data: {a: [1e400]}) }', '{}', ['a', '0'], NUMBER],
    ['that is the literal', '{ publish(data: 1e400) }', '{}', [], NUMBER],
    [
      'in a variable in a literal',
      'query ($x: JSON) { publish(data: {a: [$x]}) }',
      '{"x":{"b":1e400}}',
      ['a', '0', 'b'],
      NUMBER,
    ],
    ['in a default', 'query ($x: JSON = {a: 1e400}) { publish(data: {b: $x}) }', '{}', ['b', 'a'], NUMBER],
    [
      'an enum value',
      '{ publish(data: [{a: RED}]) }',
      '{}',
      ['0', 'a'],
      'RED is an enum value, which JSON does not have: put it in double quotes.',
    ],
    [
      'U+0000',
      '{ publish(data: {a: "\\u0000"}) }',
      '{}',
      ['a'],
      'The text "\\u0000" has the character U+0000, which cannot be stored: omit it.',
    ],
    [
      '__proto__',
      '{ publish(data: {__proto__: 1}) }',
      '{}',
      ['__proto__'],
      'The key "__proto__" can change how programs see an object: rename it.',
    ],
    ['a repeated variable', VARIABLE, '{"x":1,"x":2}', [], '"x" is given more than once: give it once.'],
  ])('is named: %s', async (_, query, variables, path, message) => {
    expect((await ask(query, variables, ['data']))?.problems).toEqual([{ path, message }]);
  });

  it('is a key given twice on the way to the value, in variables and in literals', async () => {
    const query = 'query ($input: Input) { publish(input: $input) }';
    const repeated = [{ path: [], message: '"data" is given more than once: give it once.' }];
    const variables = '{"input":{"events":[{"data":1,"data":2},{"data":3}]}}';
    expect(await ask(query, variables, DATA)).toMatchObject({ text: '2', problems: repeated });
    expect((await ask(query, variables, ['input', 'events', 1, 'data']))?.problems).toEqual([]);
    const source = '{ publish(input: { events: [{ data: 1, data: 2 }] }) }';
    expect(await ask(source, '{}', DATA)).toMatchObject({ text: '2', problems: repeated });
    expect((await ask('{ publish(data: {a: 1, a: 2}) }', '{}', ['data']))?.problems).toHaveLength(1);
  });

  it('is that the request has its variables twice', () => {
    const root = rootOf(readJsonText('{"variables":{"d":1},"variables":{"d":2}}'));
    const operation = operationOf('query ($d: JSON) { publish(data: $d) }');
    const info = { operation, fieldNodes: operation.selectionSet.selections as FieldNode[] };
    const problems = [{ path: [], message: '"variables" is given more than once: give it once.' }];
    expect(exactArgument(info, memberOf(root, 'variables'), ['data'])).toMatchObject({ text: '2', problems });
  });

  it('is a depth over 100, in literals and variables together', async () => {
    const query = (levels: number) =>
      `query ($x: JSON) { publish(data: ${'['.repeat(levels)}$x${']'.repeat(levels)}) }`;
    const variables = `{"x":${'['.repeat(50)}${']'.repeat(50)}}`;
    expect((await ask(query(50), variables, ['data']))?.problems).toEqual([]);
    expect((await ask(query(51), variables, ['data']))?.problems[0]?.message).toContain('more than 100 levels deep');
    expect((await ask(query(1000), variables, ['data']))?.problems).toHaveLength(1);
  });

  it('is a literal that would be far larger than the request', async () => {
    const query = `query ($x: JSON) { publish(data: [${'$x '.repeat(10_000)}]) }`;
    const json = await ask(query, JSON.stringify({ x: 'x'.repeat(100_000) }), ['data']);
    expect(json!.text.length).toBeLessThan(600_000);
    expect(json!.problems[0]!.message).toMatch(/^The value is longer than 524288 characters/);
    const small = `query ($x: JSON = [${'[]'.repeat(1000)}]) { publish(data: [${'$x '.repeat(1000)}]) }`;
    expect((await ask(small, '{}', ['data']))!.problems[0]!.message).toMatch(/^The value is longer/);
  });
});

it('500 events in variables, and much beside them, are each found at once', () => {
  const events = Array.from(
    { length: 500 },
    (_, i) => `{"big":${JSON.stringify('x'.repeat(1000))},"data":{"n":${i}.0}}`,
  );
  const beside = `"beside":[${'1,'.repeat(4_000_000)}1]`;
  const root = rootOf(readJsonText(`{${beside},"variables":{${beside},"events":[${events}]}}`));
  const operation = operationOf('query ($events: [Event!]!) { publish(input: { events: $events }) }');
  const info = { operation, fieldNodes: operation.selectionSet.selections as FieldNode[] };
  const texts = endsByItself(() =>
    events.map((_, i) => exactArgument(info, memberOf(root, 'variables'), ['input', 'events', i, 'data'])?.text),
  );
  expect(texts).toEqual(events.map((_, i) => `{"n":${i}.0}`));
});

function operationOf(query: string): OperationDefinitionNode {
  return parse(query).definitions[0] as OperationDefinitionNode;
}
