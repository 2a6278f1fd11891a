// What a client developer learns of one part of the schema holds in all parts of it.
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLEnumType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  GraphQLInt,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { printApi, sharedSchema } from '../../src/server/schema/schema';

const schema = sharedSchema();
const objects = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
);

const isNode = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node');
const fieldsOf = (type: GraphQLObjectType) => Object.values(type.getFields());
// the operators of filters, such as `eq`, are the same for each kind
const inputs = Object.values(schema.getTypeMap()).filter(
  (type): type is GraphQLInputObjectType => isInputObjectType(type) && !type.name.endsWith('Filter'),
);
const mutations = fieldsOf(schema.getMutationType() as GraphQLObjectType);
const capital = (name: string) => name.slice(0, 1).toUpperCase() + name.slice(1);
const small = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1);

type Kind = 'number' | 'yes or no' | 'text' | 'time' | 'JSON' | 'object' | 'list';
const KINDS: Record<string, Kind> = {
  Int: 'number',
  Float: 'number',
  Boolean: 'yes or no',
  String: 'text',
  ID: 'text',
  DateTime: 'time',
  JSON: 'JSON',
};

/** What a field has, or what a filter compares. */
function kindOf(type: GraphQLOutputType | GraphQLInputType): Kind {
  const { name } = getNamedType(type);
  const compared = /^(?:Optional)?(\w+?)(List)?Filter$/.exec(name);
  if (isListType(getNullableType(type)) || compared?.[2] || name.endsWith('Connection')) return 'list';
  const value = compared?.[1] ?? name;
  return KINDS[value] ?? (isEnumType(schema.getType(value)) ? 'text' : 'object');
}

/** Names that have two kinds. */
const TWO_KINDS = {
  causedBy: 'publishers name the delivery by its id, as in the header of the same name',
  criteria: 'a filter asks for the documents and words in them',
  field: 'the contract: of an order a name, of a fault the path of a value',
  from: 'the start of a range, and the part of a call that a value is read from',
  headers: 'of a request, the contract has them as JSON, and `headerList` as a list',
  scope: 'of OAuth 2.0, the term',
  search: 'the contract: words in a filter, and what is found',
  subject: 'of a certificate, the term of X.509',
  user: 'the contract: publishers name a user by name',
  version: 'of settings a number, of Hookledger a text',
  where: 'a filter as it was given is JSON',
};

test('a name has one kind', () => {
  const kinds = new Map<string, Map<Kind, string[]>>();
  for (const type of [...objects, ...inputs]) {
    for (const field of Object.values(type.getFields())) {
      const found = kinds.get(field.name) ?? new Map<Kind, string[]>();
      const kind = kindOf(field.type);
      kinds.set(field.name, found.set(kind, [...(found.get(kind) ?? []), type.name]));
    }
  }
  const several = [...kinds].filter(([name, { size }]) => size > 1 && !(name in TWO_KINDS));
  expect(several.map(([name, found]) => ({ name, ...Object.fromEntries(found) }))).toEqual([]);
  expect(Object.keys(TWO_KINDS).filter((name) => (kinds.get(name)?.size ?? 0) < 2)).toEqual([]);
});

/** Types with an id that `node` does not find. */
const NOT_NODES = {
  DeliveryChange: 'a position in the feed of changes',
  OwnAuditEntry: 'a caller without the role to read AuditEntry sees its own entries in another type',
  PublishedEvent: 'the id of a BusinessEvent, which a PUBLISHER may not read',
  SigningKey: 'the `kid` of a published key',
  VerificationKey: 'the `keyId` of an explanation',
  WebhookRequestLogChange: 'a position in the feed of changes',
};

test('each type with an id is a Node, or it is said why not', () => {
  const others = objects.filter((type) => type.getFields().id && type.getInterfaces().length === 0);
  expect(others.map(({ name }) => name).sort()).toEqual(Object.keys(NOT_NODES));
});

test('each Node says when it was created', () => {
  const others = objects.filter((type) => isNode(type) && !type.getFields().createdAt);
  // a request has `startedAt`; a document is what its events and requests name
  expect(others.map(({ name }) => name).sort()).toEqual(['BusinessDocument', 'WebhookRequestLog']);
});

test('the status of an object is `status`', () => {
  const others = objects.filter((type) => type.getFields().state);
  // of a circuit breaker, and of a part that is monitored, `state` is the term
  expect(others.map(({ name }) => name)).toEqual(['WebhookCircuit', 'PartHealth']);
});

test('each mutation has one input of its own, and a payload of its own with `userErrors`', () => {
  for (const { name, args, type } of mutations) {
    const hasNothingToSay = ['anchorEvidence', 'requestAddressVerification'].includes(name);
    const inputs = hasNothingToSay ? [] : [`${capital(name)}Input`];
    expect(args.map((arg) => [arg.name, getNamedType(arg.type).name])).toEqual(inputs.map((input) => ['input', input]));
    const payload = getNamedType(type) as GraphQLObjectType;
    expect([payload.name, String(payload.getFields().userErrors?.type)]).toEqual([
      `${capital(name)}Payload`,
      '[UserError!]!',
    ]);
  }
});

/** Inputs that ask for one of several fields and are no `@oneOf`. */
const NOT_ONE_OF = { JSONPathFilter: '`eq` may be null, which no field of a `@oneOf` may' };

test('an input that asks for exactly one of several fields is a `@oneOf`, also as clients see it', () => {
  const asking = Object.values(schema.getTypeMap()).filter((type): type is GraphQLInputObjectType => {
    return isInputObjectType(type) && /exactly one|either|not both/i.test(type.description ?? '');
  });
  expect(asking.filter(({ isOneOf }) => !isOneOf).map(({ name }) => name)).toEqual(Object.keys(NOT_ONE_OF));
  const seen = buildSchema(printApi(schema)).getType('ContentTarget') as GraphQLInputObjectType;
  expect(seen.isOneOf).toBe(true);
});

test('what is done to a delivery names it `deliveryId`', () => {
  const about = mutations.filter(({ name }) => /Delivery$|^requestReplay$/.test(name));
  const fieldsIn = (input: GraphQLArgument | undefined) =>
    Object.keys((getNamedType(input?.type) as GraphQLInputObjectType).getFields());
  expect(about.filter(({ args: [input] }) => !fieldsIn(input).includes('deliveryId'))).toEqual([]);
  expect(about.length).toBe(4);
});

test('a payload names an object after its type', () => {
  for (const { type } of mutations) {
    const payload = getNamedType(type) as GraphQLObjectType;
    const named = fieldsOf(payload).filter((field) => isNode(field.type));
    expect(named.map((field) => field.name)).toEqual(named.map((field) => small(String(field.type))));
  }
});

/** What the contract of the first issues has so, and what is known without reading. */
const NOT_NULL = [
  'about',
  'deliveryStats',
  'explainVerification',
  'nodes',
  'search',
  'viewerRoles',
  'webhookRequestLogStats',
];

test('a field of Query that fails leaves the others', () => {
  const query = fieldsOf(schema.getQueryType() as GraphQLObjectType);
  expect(
    query
      .filter(({ type }) => isNonNullType(type))
      .map(({ name }) => name)
      .sort(),
  ).toEqual(NOT_NULL);
});

test('a link that fails leaves the rest of the row', () => {
  const links = objects.flatMap((type) =>
    fieldsOf(type)
      .filter((field) => isNonNullType(field.type) && (isNode(field.type.ofType) || isInterfaceType(field.type.ofType)))
      .map((field) => `${type.name}.${field.name}`),
  );
  // an edge and a change are about their row
  expect(links.filter((name) => !/Edge\.node$/.test(name))).toEqual([
    'DeliveryChange.delivery',
    'WebhookRequestLogChange.webhookRequestLog',
  ]);
});

test('`first` may be left out and may be null everywhere', () => {
  const sizes = objects.flatMap(fieldsOf).flatMap(({ args }) => args.filter(({ name }) => name === 'first'));
  for (const { type, defaultValue } of sizes) expect([type, typeof defaultValue]).toEqual([GraphQLInt, 'number']);
});

/** Lists of objects without cursors, in Query: each is short. */
const PLAIN_LISTS = {
  keptMonths: 'at most 2 for each month',
  nodes: 'one for each id, at most 100',
  retentionLimits: 'at most one for each webhook',
  search: 'of several types, at most 100',
};

test('a list in Query is a connection, or it is said why not', () => {
  const query = fieldsOf(schema.getQueryType() as GraphQLObjectType);
  const lists = query.filter(({ type }) => isListType(getNullableType(type)) && !isLeafType(getNamedType(type)));
  expect(lists.map(({ name }) => name).sort()).toEqual(Object.keys(PLAIN_LISTS));
});

test('each connection has the same arguments', () => {
  const connections = objects.flatMap((type) =>
    fieldsOf(type).filter((field) => getNamedType(field.type).name.endsWith('Connection')),
  );
  for (const { name, type, args } of connections) {
    const of = getNamedType(type).name.replace(/Connection$/, '');
    // what happened to a document is not one table
    const where = of === 'DocumentTimelineEntry' ? [] : [`where: ${of}Where`];
    const order = `orderBy: ${schema.getType(`${of}Order`) ? of : 'Time'}Order`;
    const expected = ['after: String', 'before: String', 'first: Int', 'last: Int', order, ...where];
    expect([name, args.map((arg) => `${arg.name}: ${arg.type}`).sort()]).toEqual([name, expected]);
  }
});

test('an order of its own has a choice', () => {
  const fields = inputs.filter(({ name }) => name.endsWith('Order')).map((type) => type.getFields().field);
  const chosen = fields.flatMap((field) => field ?? []).map(({ type }) => getNamedType(type) as GraphQLEnumType);
  expect(chosen.length).toBeGreaterThan(2);
  expect(chosen.filter((type) => type.getValues().length < 2).map(({ name }) => name)).toEqual([]);
});

test('each reason has the same rule', () => {
  const reasons = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .filter(({ name, type }) => name === 'reason' && isLeafType(getNamedType(type)));
  expect(reasons.length).toBeGreaterThan(15);
  for (const { description } of reasons) expect(description).toMatch(/: 1 to 1,000 characters, on one line\./);
});
