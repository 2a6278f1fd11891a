// Tests for every filter of a `where`, from the schema and from values of the log: frequent ones, rare ones and absent ones.
import { toNodeId } from '../../src/values/ids';
import { ask } from './ask';
import type { Database } from './database';
import { EMPTY_WEBHOOK, RARE_WEBHOOK } from './generate/lookup';
import type { Target } from './load';

export interface LargeList {
  list: 'webhookRequestLogs' | 'deliveries' | 'businessEvents';
  type: 'WebhookRequestLog' | 'Delivery' | 'BusinessEvent';
  /** Has a column for each filter by a text or a number. */
  table: string;
}

interface InputField {
  name: string;
  type: {
    name: string | null;
    inputFields: { name: string; type: { enumValues: { name: string }[] | null } }[] | null;
  };
}

type Samples = Awaited<ReturnType<typeof samplesOf>>;

const NEWEST = 20_000;
const DAY_MS = 86_400_000;
const MONTH_MS = 30 * DAY_MS;

const FIELDS = `query ($name: String!) { __type(name: $name) { inputFields { name type { name
  inputFields { name type { enumValues { name } } } } } } }`;

/** @returns the number of filters, and the tests of all */
export async function testsOf(
  database: Database,
  target: Target,
  large: LargeList,
): Promise<{ filters: number; tests: object[] }> {
  const samples = await samplesOf(database, large);
  const { __type: type } = await ask<{ __type: { inputFields: InputField[] } }>(target, FIELDS, {
    name: `${large.type}Where`,
  });
  const tests: object[] = [];
  for (const field of type.inputFields) {
    for (const test of await testsOfField(samples, field)) tests.push({ [field.name]: test });
  }
  return { filters: type.inputFields.length, tests };
}

async function testsOfField(samples: Samples, { name, type }: InputField): Promise<unknown[]> {
  const { document, links, id } = samples;
  const ofDocument = { referenceDocument: { eq: document } };
  if (name === 'and') return [[ofDocument, { event: { eq: 'on_submit' } }]];
  if (name === 'or')
    return [
      [ofDocument, { id: { eq: id } }],
      [ofDocument, { event: { eq: 'on_submit' } }],
    ];
  if (name === 'not') return [ofDocument, { event: { eq: 'on_submit' } }];
  const linked = links[name];
  if (linked) return [...linked];
  const enumValues = type.inputFields?.find((each) => each.name === 'eq')?.type.enumValues;
  const isNull = type.inputFields?.some((each) => each.name === 'isNull') ? [{ isNull: true }] : [];
  if (enumValues) return [...enumValues.map((each) => ({ eq: each.name })), ...isNull];
  switch (type.name) {
    case 'IDFilter':
      return [{ eq: id }, { in: [id] }];
    case 'StringFilter':
      return [...(await textTests(samples, name)), ...isNull];
    case 'IntFilter':
      return [{ eq: await samples.frequent(name) }, { eq: await samples.rare(name) }, { gte: 1_000_000 }, ...isNull];
    case 'BooleanFilter':
      return [{ eq: true }, { eq: false }];
    case 'DateTimeFilter':
    case 'OptionalDateTimeFilter':
      return [{ gte: samples.lastDay }, { gte: samples.lastMonth }, { lt: samples.lastMonth }, ...isNull];
    case 'JSONFilter':
      return [{ contains: { currency: 'SAR' } }, { contains: { po_no: 'none' } }];
    case 'String':
      return ['trading', document, 'none-at-all'];
    default:
      throw new Error(`the filter ${name} is tested by no case`);
  }
}

async function textTests(samples: Samples, name: string): Promise<object[]> {
  const frequent = String((await samples.frequent(name)) ?? 'x');
  return [
    { eq: frequent },
    { eq: (await samples.rare(name)) ?? 'x' },
    { eq: 'none at all' },
    { in: [frequent, 'none at all'] },
    { startsWith: frequent.slice(0, 3) },
    { contains: 'none at all' },
  ];
}

/** Values of rows of a list. */
async function samplesOf(database: Database, { table, type }: LargeList) {
  const { sql, until } = database;
  const webhooks = await sql.query<{ id: string; name: string; owner: string }>(
    `select w.id, w.name, u.name as owner
     from (select webhook_id from webhook_request_logs order by id desc limit ${NEWEST}) as r
       join webhooks w on w.id = r.webhook_id join users u on u.id = w.owner_id
     group by 1, 2, 3 order by count(*) desc limit 1`,
  );
  const busiest = webhooks.rows[0] as (typeof webhooks.rows)[0];
  const documents = await sql.query<{ reference: string }>(
    `select reference_document as reference from business_events order by id desc offset ${NEWEST / 10} limit 1`,
  );
  const { rows } = await sql.query<{ id: string }>(`select id from ${table} order by id desc offset 1000 limit 1`);
  const reference = documents.rows[0]?.reference as string;
  const columnValue = async (filter: string, order: 'asc' | 'desc') => {
    const column = filter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const { rows: values } = await sql.query<{ value: unknown }>(
      `select ${column} as value from (select ${column} from ${table} order by id desc limit ${NEWEST}) as newest
       where ${column} is not null group by 1 order by count(*) ${order} limit 1`,
    );
    return values[0]?.value ?? null;
  };
  const ofDocument = { referenceDocument: { eq: reference } };
  const deliveries = [
    ofDocument,
    { status: { eq: 'EXHAUSTED' } },
    { status: { eq: 'DELIVERED' } },
    { status: { eq: 'CANCELLED' } },
  ];
  const users = [{ name: { eq: busiest.owner } }, { name: { eq: 'user200@example.com' } }, { name: { eq: 'nobody' } }];
  const byName = (name: string) => ({ name: { eq: name } });
  return {
    /** Of a text or a number: the most frequent value, and one of the rarest. */
    frequent: (filter: string) => columnValue(filter, 'desc'),
    rare: (filter: string) => columnValue(filter, 'asc'),
    id: toNodeId(type, rows[0]?.id as string),
    document: reference,
    /** For each filter by a linked row: many rows, few and none. */
    links: {
      webhook: [
        { id: { eq: toNodeId('Webhook', busiest.id) } },
        ...[busiest.name, RARE_WEBHOOK, EMPTY_WEBHOOK].map(byName),
        { owner: users[0] },
      ],
      user: users,
      publishedBy: users,
      replay: [{ reason: { eq: 'none at all' } }],
      delivery: deliveries,
      causedBy: deliveries,
      businessEvent: [ofDocument, { user: users[1] }, { documentType: { eq: 'Sales Invoice' } }],
    } as Record<string, readonly object[]>,
    lastDay: new Date(until - DAY_MS).toISOString(),
    lastMonth: new Date(until - MONTH_MS).toISOString(),
  };
}
