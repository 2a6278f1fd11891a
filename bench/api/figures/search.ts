// What has an index of its own or none: texts, what is inside of payloads, and filters through links.
import type { Database } from '../database';
import { EMPTY_WEBHOOK, RARE_WEBHOOK } from '../generate/lookup';
import { type Answered, measureLatencies, type Question } from '../latency';
import type { Target } from '../load';

const SAMPLES = 50;

type Page = { webhookRequestLogs: { nodes: { id: string }[] } };

/** What stands in each of some documents and in no other. */
interface Sample {
  reference: string;
  purchaseOrder: string;
  customer: string;
}

export async function measureSearch(database: Database, target: Target, seconds: number): Promise<Answered[]> {
  const samples = await sampleDocuments(database);
  const { rows } = await database.sql.query<{ name: string; owner: string }>(
    `select w.name, u.name as owner from webhook_request_logs r join webhooks w on w.id = r.webhook_id
       join users u on u.id = w.owner_id
     where r.id >= (select id from webhook_request_logs order by id desc offset 5000 limit 1)
     group by 1, 2 order by count(*) desc limit 1`,
  );
  const hot = rows[0] as { name: string; owner: string };
  const questions: Question[] = [
    {
      name: 'search box, a document',
      query: 'query ($text: String!) { search(text: $text, first: 20) { __typename } }',
      variables: samples.map(({ reference }) => ({ text: reference })),
      check: ({ search }: { search: object[] }) => atLeast(1, search.length),
    },
    {
      name: 'search box, a word that is everywhere',
      query: 'query ($text: String!) { search(text: $text, first: 20) { __typename } }',
      variables: [{ text: 'trading' }, { text: 'nginx printer' }, { text: 'paper' }],
      check: ({ search }: { search: object[] }) => atLeast(0, search.length),
    },
    listOf(
      'text in a payload, selective',
      '$v: String!',
      '{ search: $v }',
      samples.map((each) => each.purchaseOrder),
      1,
    ),
    listOf(
      'text in a payload, in nearly all',
      '$v: String!',
      '{ search: $v }',
      ['trading', 'Printer paper', 'unpaid'],
      25,
    ),
    listOf(
      'payload contains, selective',
      '$v: JSON!',
      '{ data: { contains: $v } }',
      samples.map(({ purchaseOrder }) => ({ po_no: purchaseOrder })),
      1,
    ),
    listOf(
      'payload contains, one in 2,000',
      '$v: JSON!',
      '{ data: { contains: $v } }',
      samples.map(({ customer }) => ({ customer })),
      1,
    ),
    listOf(
      'payload contains, most',
      '$v: JSON!',
      '{ data: { contains: $v } }',
      [{ currency: 'SAR' }, { currency: 'SAR', status: 'Paid' }],
      25,
    ),
    listOf(
      'payload path, in lists',
      '$v: JSON!',
      '{ data: { path: { at: "$.items[*].item_code", eq: $v } } }',
      ['SKU-1007', 'SKU-1123', 'SKU-1250'],
      1,
    ),
    listOf('webhook by name, busiest', '$v: String!', '{ webhook: { name: { eq: $v } } }', [hot.name], 25),
    listOf('webhook by name, rare', '$v: String!', '{ webhook: { name: { eq: $v } } }', [RARE_WEBHOOK], 25),
    listOf('webhook by name, empty', '$v: String!', '{ webhook: { name: { eq: $v } } }', [EMPTY_WEBHOOK], 0, 0),
    listOf(
      'owner of the webhook by name',
      '$v: String!',
      '{ webhook: { owner: { name: { eq: $v } } } }',
      [hot.owner],
      25,
    ),
    listOf(
      'user by name, rare',
      '$v: String!',
      '{ user: { name: { eq: $v } } }',
      ['user200@example.com', 'user199@example.com'],
      1,
    ),
    listOf(
      'rare webhook and failed',
      '$v: String!',
      '{ webhook: { name: { eq: $v } }, status: { eq: FAILED } }',
      [RARE_WEBHOOK],
      0,
    ),
  ];
  const ordered: Question = {
    name: 'slowest first',
    query: `query { webhookRequestLogs(first: 25, orderBy: { field: DURATION, direction: DESC }) { ${NODES} } }`,
    variables: [{}],
    check: ({ webhookRequestLogs: { nodes } }: Page) => atLeast(25, nodes.length),
  };
  return measureLatencies(target, [...questions, ordered], seconds);
}

const NODES = `nodes { id status documentType referenceDocument startedAt webhook { id name } } pageInfo { hasNextPage endCursor }`;

/** @param least so many rows at least, of the first page of 25 */
function listOf(
  name: string,
  variable: string,
  where: string,
  values: readonly unknown[],
  least: number,
  most = 25,
): Question {
  return {
    name,
    query: `query (${variable}) { webhookRequestLogs(first: 25, where: ${where}) { ${NODES} } }`,
    variables: values.map((v) => ({ v })),
    check: ({ webhookRequestLogs: { nodes } }: Page) => {
      atLeast(least, nodes.length);
      if (nodes.length > most) throw new Error(`${nodes.length} rows instead of at most ${most}`);
    },
  };
}

function atLeast(least: number, got: number): void {
  if (got < least) throw new Error(`${got} rows instead of at least ${least}`);
}

async function sampleDocuments({ sql }: Database): Promise<Sample[]> {
  const { rows } = await sql.query<Sample>(
    `select d ->> 'name' as reference, d ->> 'po_no' as "purchaseOrder", d ->> 'customer' as customer
     from (select convert_from(p.body, 'UTF8')::json as d from webhook_request_logs r tablesample system (1)
           join payloads p on p.id = r.payload_id limit $1) as sampled where d ->> 'po_no' is not null`,
    [SAMPLES],
  );
  if (rows.length === 0) throw new Error('no documents to search for were found');
  return rows;
}
