// Where the name of a document or of a user stands: at each such place of each argument of the schema it is found, and at no other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
} from 'graphql';
import { namesIn, namesInFields } from '../../src/audit/criteria';

const schema = buildSchema(readFileSync(join(__dirname, '../../schema/schema.graphql'), 'utf8'), { assumeValid: true });
const NAME = 'INV-0042';
/** How many links a filter follows here. */
const LINKS = 2;

type List = 'documents' | 'users' | 'texts';

interface Place {
  path: string;
  value: unknown;
  /** The list that has the name; null: none does. */
  list: List | null;
}

/** The lists of fields that take names, by their type and name, as the columns behind them are. */
const OF_FIELDS: Readonly<Record<string, List>> = {
  'UserWhere.name': 'users',
  'UserWhere.fullName': 'users',
  'UserWhere.email': 'users',
  'PreviewWebhookInput.user': 'users',
  'BusinessDocumentInput.name': 'documents',
  'WebhookRequestLogWhere.search': 'texts',
  'Query.search.text': 'texts',
};
const listOf = (type: string, field: string): List | null =>
  field === 'referenceDocument' ? 'documents' : (OF_FIELDS[`${type}.${field}`] ?? null);

/** Each place below a type where a text can be given. */
function* places(of: GraphQLInputType, links: number, parent: string, field: string): Generator<Place> {
  const type = getNamedType(of);
  const list = listOf(parent, field);
  if (type.name === 'String' || type.name === 'ID') yield { path: '', value: NAME, list };
  else if (type.name === 'StringFilter' || type.name === 'OptionalStringFilter') {
    for (const [test, value] of Object.entries({ eq: NAME, in: ['other', NAME], startsWith: NAME, contains: NAME })) {
      yield { path: `.${test}`, value: { [test]: value }, list };
    }
    yield { path: '.containsIgnoreCase', value: { containsIgnoreCase: NAME }, list: list && 'texts' };
  } else if (type.name === 'JSONFilter') {
    const values = { referenceDocument: { eq: NAME }, user: { name: NAME }, search: NAME };
    yield { path: '.contains', value: { contains: values }, list: null };
  } else if (isInputObjectType(type)) {
    for (const { name, type: below } of Object.values(type.getFields())) {
      const isWhere = getNamedType(below).name.endsWith('Where');
      if (isWhere && links === 0) continue;
      for (const place of places(below, isWhere ? links - 1 : links, type.name, name)) {
        const isList = String(below).startsWith('[');
        yield {
          ...place,
          path: `.${name}${place.path}`,
          value: { [name]: isList ? [place.value] : place.value },
          list: place.list,
        };
      }
    }
  }
}

const named = (list: List | null, found: Partial<Record<List, string[]>>) =>
  list === null ? Object.keys(found).length === 0 : found[list]?.includes(NAME) && Object.keys(found).length === 1;

const query = schema.getQueryType() as GraphQLObjectType;
/** What a preview of an erasure is given is recorded as the arguments of a list are. */
const { previewErasure } = (schema.getMutationType() as GraphQLObjectType).getFields();

test('each place in the arguments of each list of the schema', () => {
  const counts = { documents: 0, users: 0, texts: 0, none: 0 };
  const faults: string[] = [];
  for (const field of [...Object.values(query.getFields()), previewErasure as GraphQLField<unknown, unknown>]) {
    for (const argument of field.args) {
      for (const { path, value, list } of places(argument.type, LINKS, `Query.${field.name}`, argument.name)) {
        counts[list ?? 'none'] += 1;
        const found = namesInFields([{ field: field.name, arguments: { [argument.name]: value } }]);
        if (!named(list, found)) faults.push(`${field.name}.${argument.name}${path}: ${JSON.stringify(found)}`);
      }
    }
  }
  expect(faults).toEqual([]);
  expect(counts).toMatchObject({
    documents: expect.any(Number),
    users: expect.any(Number),
    texts: expect.any(Number),
    none: expect.any(Number),
  });
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(1);
});

test.each(['WebhookRequestLogWhere', 'DeliveryWhere'])(
  'each place in a %s of an export, a replay or a bundle',
  (name) => {
    const faults: string[] = [];
    for (const { path, value, list } of places(schema.getType(name) as GraphQLInputType, LINKS, '', '')) {
      if (!named(list, namesIn(value))) faults.push(`${path}: ${JSON.stringify(namesIn(value))}`);
    }
    expect(faults).toEqual([]);
  },
);

test('what a preview was given', () => {
  expect(namesIn({ documentType: 'Order', event: 'on_submit', referenceDocument: NAME, user: 'amina' })).toEqual({
    documents: [NAME],
    users: ['amina'],
  });
});

test('names are whole, without those that are too long, each once, and at most 1,000 of a list', () => {
  const within = (names: string[]) => namesIn({ or: [{ referenceDocument: { in: names } }] });
  expect(within(['a', 'a', 'x'.repeat(201), 'b'])).toEqual({ documents: ['a', 'b'] });
  expect(within(Array.from({ length: 2_000 }, (_, at) => `n${at}`)).documents).toHaveLength(1_000);
});
