// Every test of every field of every `where` finds a row that meets it, and leaves out one that does not.
import {
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { ApprovalWhere } from '../../../src/approvals/approval.resolver';
import { DeadLetterWhere } from '../../../src/delivery/api/dead-letter.resolver';
import { DeliveryWhere } from '../../../src/delivery/api/delivery.type';
import { BusinessEventWhere } from '../../../src/events/business-event.type';
import type { FilterMap } from '../../../src/graphql/lists/where-to-sql';
import { MaskingRuleWhere } from '../../../src/masking/rules/masking-rule.resolver';
import { ErasureWhere } from '../../../src/privacy/api/erasure.type';
import { LegalHoldWhere } from '../../../src/privacy/api/legal-hold.resolver';
import { ReplayWhere } from '../../../src/replay/replay.type';
import { RequestLogWhere } from '../../../src/request-log/api/request-log.inputs';
import { ExportWhere } from '../../../src/request-log/export/export.resolver';
import { sharedSchema } from '../../../src/server/schema/schema';
import { ApiKeyWhere } from '../../../src/users/api-keys/api-key.resolver';
import { SessionWhere } from '../../../src/users/sessions/session.resolver';
import { UserWhere } from '../../../src/users/user.type';
import { WebhookWhere } from '../../../src/webhooks/api/webhook-where.inputs';
import { useTestApi } from '../../support/app';
import { type Pair, seedTwoOfEach } from './two-of-each';

const schema = sharedSchema();
const FILTERS: Record<string, FilterMap> = {
  User: UserWhere.filter,
  ApiKey: ApiKeyWhere.filter,
  Session: SessionWhere.filter,
  Webhook: WebhookWhere.filter,
  BusinessEvent: BusinessEventWhere.filter,
  Delivery: DeliveryWhere.filter,
  WebhookRequestLog: RequestLogWhere.filter,
  Replay: ReplayWhere.filter,
  Approval: ApprovalWhere.filter,
  Export: ExportWhere.filter,
  MaskingRule: MaskingRuleWhere.filter,
  DeadLetter: DeadLetterWhere.filter,
  LegalHold: LegalHoldWhere.filter,
  Erasure: ErasureWhere.filter,
};

/** Below the one list that holds both rows. */
const LISTS: Record<string, string> = {
  User: 'users',
  ApiKey: 'apiKeys',
  Session: 'sessions',
  Webhook: 'webhooks',
  BusinessEvent: 'businessEvents',
  Delivery: 'deliveries',
  WebhookRequestLog: 'webhookRequestLogs',
  Replay: 'replays',
  Approval: 'approvals',
  Export: 'exports',
  MaskingRule: 'maskingRules',
  DeadLetter: 'deadLetters',
  LegalHold: 'legalHolds',
  Erasure: 'erasures',
};

/** What search-*.test.ts and json-*.test.ts are about: they look into the index of the log, not into its rows. */
const INDEXED = ['search', 'data', 'response'];
/** What tests/approvals/ is about: no approval has them and the others. */
const OF_ONE_KIND = ['Approval.takesEffectAt'];
/** What health-filter.test.ts is about: it is computed of many rows. */
const COMPUTED = ['health'];

const app = useTestApi();
let pairs: Record<string, Pair>;

beforeAll(async () => {
  pairs = await seedTwoOfEach(app.database);
});

function fieldsOf(where: GraphQLInputObjectType): GraphQLInputField[] {
  return Object.values(where.getFields()).filter(
    ({ name }) => !['and', 'or', 'not', ...INDEXED, ...COMPUTED].includes(name),
  );
}

const whereOf = (type: string) => schema.getType(`${type}Where`) as GraphQLInputObjectType;

test.each(Object.keys(FILTERS))('each field of %sWhere has a filter, and each filter a field', (type) => {
  const fields = Object.keys(whereOf(type).getFields()).filter((name) => !['and', 'or', 'not'].includes(name));
  expect(Object.keys(FILTERS[type] as FilterMap).sort()).toEqual(fields.sort());
});

const CASES = Object.keys(FILTERS)
  .flatMap((type) => fieldsOf(whereOf(type)).map(({ name }) => [type, name] as const))
  .filter(([type, name]) => !OF_ONE_KIND.includes(`${type}.${name}`));

test.each(CASES)('%s by %s', async (type, name) => {
  const field = whereOf(type).getFields()[name] as GraphQLInputField;
  const [full, bare] = (await valuesOf(type, name)) as [unknown, unknown];
  const tests = testsFor(field, full, bare);
  expect(tests.length).toBeGreaterThan(0);
  for (const { test: where, finds } of tests) {
    expect({ where, finds: await found(type, { [name]: where }) }).toEqual({ where, finds });
  }
});

/** What the field is in the first and in the second row, as anybody may read it. */
async function valuesOf(type: string, name: string): Promise<unknown[]> {
  const { full, bare } = pairs[type] as Pair;
  const below = selectionOf(schema.getType(type) as GraphQLObjectType, name);
  const { data, errors } = await app.ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on ${type} { ${below} } } }`, {
    ids: [full, bare],
  });
  expect(errors).toBeUndefined();
  return data.nodes.map((node: Record<string, unknown>) => node[name]);
}

function selectionOf(type: GraphQLObjectType, name: string): string {
  const named = getNamedType(type.getFields()[name]?.type);
  if (!isObjectType(named)) return name;
  if (named.getInterfaces().length > 0) return `${name} { id }`;
  const leaves = Object.values(named.getFields()).filter(({ type: each }) => isLeafType(getNamedType(each)));
  return `${name} { ${leaves.map((each) => each.name).join(' ')} }`;
}

interface Case {
  test: unknown;
  finds: ('full' | 'bare')[];
}

function testsFor(field: GraphQLInputField, full: unknown, bare: unknown): Case[] {
  const filter = getNamedType(field.type);
  if (!isInputObjectType(filter)) throw new Error(`${field.name} is no filter`);
  if (!filter.name.endsWith('Where')) {
    return Object.keys(filter.getFields()).flatMap((operator) => operatorTests(operator, full, bare));
  }
  // a link: by the id of the row where it leads; what is no row: by each of its parts
  const [there, elsewhere] = [full, bare] as (Record<string, unknown> | null)[];
  const parts = filter.getFields().id ? [filter.getFields().id as GraphQLInputField] : fieldsOf(filter);
  return parts.flatMap((part) =>
    testsFor(part, there?.[part.name], elsewhere?.[part.name] ?? null).map(({ test: below, finds }) => ({
      test: { [part.name]: below },
      finds,
    })),
  );
}

function operatorTests(operator: string, full: unknown, bare: unknown): Case[] {
  const finding = (value: unknown): Case[] => [{ test: { [operator]: value }, finds: ['full'] }];
  const list = full as unknown[];
  switch (operator) {
    case 'eq':
      return finding(full);
    case 'in':
      return finding([full]);
    case 'contains':
      return finding(Array.isArray(full) ? list[0] : String(full).slice(1));
    case 'containsIgnoreCase':
      return finding(String(full).slice(1).toUpperCase());
    case 'containsAny':
      return finding(list);
    case 'startsWith':
      return finding(String(full).slice(0, -1));
    case 'isNull':
      return [...nullTest(false, 'full', bare), ...nullTest(true, 'bare', bare)];
    case 'isEmpty':
      return [
        { test: { isEmpty: false }, finds: ['full'] },
        { test: { isEmpty: true }, finds: ['bare'] },
      ];
    default:
      return comparison(operator, full, bare);
  }
}

// of what is always there, isNull says nothing about a row
function nullTest(isNull: boolean, finds: 'full' | 'bare', bare: unknown): Case[] {
  return bare === null ? [{ test: { isNull }, finds: [finds] }] : [];
}

// the first row has the larger value wherever the second has one
function comparison(operator: string, full: unknown, bare: unknown): Case[] {
  const isTime = typeof full === 'string';
  const plus = (value: unknown, more: number) =>
    isTime ? new Date(Date.parse(value as string) + more).toISOString() : (value as number) + more;
  const of = (value: unknown, finds: ('full' | 'bare')[]) => [{ test: { [operator]: value }, finds }];
  if (operator === 'gte') return [...of(full, ['full']), ...of(plus(full, 1), [])];
  if (operator === 'gt') return [...of(plus(full, -1), ['full']), ...of(full, [])];
  if (bare === null) return operator === 'lte' ? of(full, ['full']) : of(plus(full, 1), ['full']);
  if (operator === 'lte') return [...of(bare, ['bare']), ...of(plus(bare, -1), [])];
  if (operator === 'lt') return [...of(plus(bare, 1), ['bare']), ...of(bare, [])];
  throw new Error(`say what ${operator} finds`);
}

async function found(type: string, where: object): Promise<string[]> {
  const query = `query ($where: ${type}Where) { list: ${LISTS[type]}(first: 100, where: $where) { totalCount nodes { id } } }`;
  const { data, errors } = await app.ask(query, { where });
  expect(errors).toBeUndefined();
  const ids = data.list.nodes.map(({ id }: { id: string }) => id);
  expect(data.list.totalCount).toBe(ids.length);
  const { full, bare } = pairs[type] as Pair;
  return [...(ids.includes(full) ? ['full'] : []), ...(ids.includes(bare) ? ['bare'] : [])];
}
