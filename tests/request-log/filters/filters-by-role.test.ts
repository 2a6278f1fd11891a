// What a role may not read, it may not filter by: on every way to a list, however deep in the `where`.
import { getDirective } from '@graphql-tools/utils';
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isObjectType,
} from 'graphql';
import { CONTENT_READERS } from '../../../src/access/viewer';
import type { AppError } from '../../../src/errors/errors';
import { preparedArguments } from '../../../src/graphql/arguments/check-input';
import type { Context } from '../../../src/graphql/context';
import { sharedSchema } from '../../../src/server/schema/schema';
import { useTestApi } from '../../support/app';
import { createTestWebhook } from '../../support/webhooks';
import { seedRequest } from '../pages/seeded-log';

const app = useTestApi();
let support: string;

beforeAll(async () => {
  support = await app.keyFor('SUPPORT');
  await createTestWebhook(app, 'https://partner.example/');
  await seedRequest(app.database, { documentType: 'Sales Invoice', referenceDocument: 'INV-1' });
});

const URL_TEST = { url: { contains: 'secret' } };
const STATUS_TEST = { status: { eq: 'FAILED' } };

const QUERIES: [string, string][] = [
  ['at the root', 'query ($where: WebhookRequestLogWhere) { webhookRequestLogs(where: $where) { totalCount } }'],
  [
    'below webhooks',
    'query ($where: WebhookRequestLogWhere) { webhooks { nodes { requests(where: $where) { nodes { id } } } } }',
  ],
  [
    'below users',
    'query ($where: WebhookRequestLogWhere) { users { nodes { requests(where: $where) { totalCount } } } }',
  ],
  [
    'of a document',
    `query ($where: WebhookRequestLogWhere) {
      businessDocument(documentType: "Sales Invoice", name: "INV-1") { requests(where: $where) { nodes { id } } } }`,
  ],
  [
    'of figures',
    `query ($where: WebhookRequestLogWhere) { webhookRequestLogStats(
      range: { from: "2026-01-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }, bucket: DAY, where: $where) { total { requestCount } } }`,
  ],
  [
    'of an export',
    `mutation ($where: WebhookRequestLogWhere) {
      exportWebhookRequestLogs(input: { where: $where, format: CSV }) { export { id } userErrors { message } } }`,
  ],
];

test.each(QUERIES)('SUPPORT may not filter by url %s, and AUDITOR may', async (_title, query) => {
  const { errors = [] } = await app.ask(query, { where: URL_TEST }, support);
  expect(errors.length).toBeGreaterThan(0);
  for (const { message, extensions } of errors) {
    expect(extensions.code).toBe('FORBIDDEN');
    expect(message).toContain('url needs one of the roles SYSTEM_MANAGER, INTEGRATION_MANAGER, AUDITOR');
    expect(message).not.toContain('secret');
  }
  expect((await app.ask(query, { where: STATUS_TEST }, support)).errors).toBeUndefined();
  expect(codesOf(await app.ask(query, { where: URL_TEST }, await app.keyFor('AUDITOR')))).not.toContain('FORBIDDEN');
});

function codesOf({ errors = [] }: { errors?: { extensions: { code: string } }[] }): string[] {
  return errors.map(({ extensions }) => extensions.code);
}

test.each<[string, object, string[]]>([
  ['and', { and: [STATUS_TEST, URL_TEST] }, ['and', '1', 'url']],
  ['or', { or: [URL_TEST] }, ['or', '0', 'url']],
  ['not', { not: { not: { not: URL_TEST } } }, ['not', 'not', 'not', 'url']],
  [
    'too many of them',
    { not: { not: { not: { not: { not: URL_TEST } } } } },
    ['not', 'not', 'not', 'not', 'not', 'url'],
  ],
])('it is named where it stands: within %s', async (_title, where, path) => {
  const { data, errors } = await app.ask(QUERIES[0]?.[1] as string, { where }, support);
  expect(data).toEqual({ webhookRequestLogs: null });
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', field: ['where', ...path] } }]);
});

test('written into the query it is refused too, also as one variable within it', async () => {
  const literal = '{ webhookRequestLogs(where: { or: [{ url: { eq: "a" } }] }) { nodes { id } } }';
  const within = 'query ($u: StringFilter) { webhookRequestLogs(where: { not: { url: $u } }) { nodes { id } } }';
  expect(codesOf(await app.ask(literal, undefined, support))).toEqual(['FORBIDDEN']);
  expect(codesOf(await app.ask(within, { u: { eq: 'a' } }, support))).toEqual(['FORBIDDEN']);
  expect(codesOf(await app.ask(literal))).toEqual([]);
});

test('a key of a manager that carries SUPPORT alone is refused, and one with a further role is not', async () => {
  const both = await app.keyFor('SUPPORT', 'AUDITOR');
  expect(codesOf(await app.ask(QUERIES[0]?.[1] as string, { where: URL_TEST }, both))).toEqual([]);
  expect(codesOf(await app.ask(QUERIES[0]?.[1] as string, { where: URL_TEST }, null))).toEqual(['UNAUTHENTICATED']);
  const publisher = await app.keyFor('PUBLISHER');
  expect(codesOf(await app.ask(QUERIES[0]?.[1] as string, { where: URL_TEST }, publisher))).toEqual(['FORBIDDEN']);
});

test('every field that takes such a filter is guarded, whatever kind of field it is', () => {
  const schema = sharedSchema();
  const guarded = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ at: `${type.name}.${field.name}`, field })))
    .filter(({ field }) => field.args.some(({ type }) => holdsGuarded(schema, type, new Set())));
  expect(guarded.map(({ at }) => at)).toEqual(
    expect.arrayContaining(['Query.webhookRequestLogs', 'Webhook.requests', 'BusinessDocument.requests']),
  );
  const open = guarded.filter(({ field }) => {
    const args = field.args.flatMap(({ name, type }) => {
      const value = guardedValue(schema, type, new Set());
      return value === undefined ? [] : [[name, value] as const];
    });
    const asked = { context: { viewer: null } as Context, node: undefined, variables: {} };
    try {
      preparedArguments(field, Object.fromEntries(args), asked);
      return true;
    } catch (error) {
      return (error as AppError).code !== 'FORBIDDEN';
    }
  });
  expect(open.map(({ at }) => at)).toEqual([]);
});

test('who may use it stands in its description, for introspection', async () => {
  const { data } = await app.ask('{ __type(name: "WebhookRequestLogWhere") { inputFields { name description } } }');
  const url = data.__type.inputFields.find(({ name }: { name: string }) => name === 'url');
  expect(url.description).toContain(`Roles: ${CONTENT_READERS.join(', ')}.`);
});

/** The least value that has a guarded part in it. */
function guardedValue(schema: GraphQLSchema, type: GraphQLInputType, seen: Set<string>): unknown {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named.name)) return undefined;
  const fields = Object.values(named.getFields());
  const own = fields.find((field) => getDirective(schema, field, 'onlyFor') !== undefined);
  if (own) return { [own.name]: anyValue(own.type) };
  for (const field of fields) {
    const below = guardedValue(schema, field.type, new Set([...seen, named.name]));
    if (below !== undefined) return { [field.name]: isListType(getNullableType(field.type)) ? [below] : below };
  }
  return undefined;
}

function anyValue(type: GraphQLInputType): unknown {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return 'x';
  const [first] = Object.values(named.getFields());
  return first ? { [first.name]: anyValue(first.type) } : {};
}

function holdsGuarded(schema: GraphQLSchema, type: GraphQLInputType, seen: Set<string>): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || seen.has(named.name)) return false;
  seen.add(named.name);
  return Object.values(named.getFields()).some(
    (field) => getDirective(schema, field, 'onlyFor') !== undefined || holdsGuarded(schema, field.type, seen),
  );
}
