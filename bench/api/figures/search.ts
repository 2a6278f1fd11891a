// What has an index of its own or none: texts, and what is inside of payloads.
import type { Database } from '../database';
import { type Answered, measureLatencies, type Question } from '../latency';
import type { Target } from '../load';
import { atLeast, sampleDocuments } from './samples';

type Page = { webhookRequestLogs: { nodes: { id: string }[] } };

export async function measureSearch(database: Database, target: Target, seconds: number): Promise<Answered[]> {
  const samples = await sampleDocuments(database);
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
  ];
  const ordered: Question = {
    name: 'slowest first',
    query: `query { webhookRequestLogs(first: 25, orderBy: { field: DURATION, direction: DESC }) { ${NODES} } }`,
    variables: [{}],
    check: ({ webhookRequestLogs: { nodes } }: Page) => atLeast(25, nodes.length),
  };
  const counted: Question = {
    name: 'count of requests with a word that is everywhere',
    query: '{ webhookRequestLogs(where: { search: "trading" }) { totalCount } }',
    variables: [{}],
    check: ({ webhookRequestLogs: { totalCount } }: { webhookRequestLogs: { totalCount: number } }) =>
      atLeast(1, totalCount),
  };
  return measureLatencies(target, [...questions, ordered, counted], seconds);
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
