// Lists of deliveries, as docs/reading-the-log.md asks for them, and the last attempts with all that was sent and answered.
import type { Database } from '../database';
import { type Answered, measureLatencies, type Question } from '../latency';
import type { Target } from '../load';
import { atLeast, sampleDocuments, sampleWebhooks } from './samples';

type Deliveries = { deliveries: { nodes: object[] } };
type Attempts = { webhook: { requests: { nodes: { data: unknown }[] } } };

const NODES = `nodes { id status referenceDocument createdAt finishedAt attempts webhook { id name } }
  pageInfo { hasNextPage endCursor }`;

export async function measureDeliveryLists(database: Database, target: Target, seconds: number): Promise<Answered[]> {
  const documents = await sampleDocuments(database);
  const { busy, rare } = await sampleWebhooks(database);
  const ids = busy.map((id) => ({ id }));
  const questions: Question[] = [
    listOf(
      'of a document',
      '$v: String!',
      '{ referenceDocument: { eq: $v } }',
      documents.map(({ reference }) => ({ v: reference })),
      1,
    ),
    listOf('by status, EXHAUSTED', '', '{ status: { eq: EXHAUSTED } }', [{}], 25),
    listOf('by status, DELIVERED', '', '{ status: { eq: DELIVERED } }', [{}], 25),
    listOf('by status, none', '', '{ status: { in: [PENDING, RETRYING] } }', [{}], 0),
    listOf(
      'of a busy webhook, EXHAUSTED',
      '$id: ID!',
      '{ webhook: { id: { eq: $id } }, status: { eq: EXHAUSTED } }',
      ids,
      0,
    ),
    listOf(
      'of a busy webhook, DELIVERED',
      '$id: ID!',
      '{ webhook: { id: { eq: $id } }, status: { eq: DELIVERED } }',
      ids,
      25,
    ),
    listOf(
      'of a rare webhook, EXHAUSTED',
      '$id: ID!',
      '{ webhook: { id: { eq: $id } }, status: { eq: EXHAUSTED } }',
      [{ id: rare }],
      0,
    ),
    listOf(
      'of active webhooks, EXHAUSTED',
      '',
      '{ status: { eq: EXHAUSTED }, webhook: { status: { eq: ACTIVE } } }',
      [{}],
      25,
    ),
    listOf(
      'EXHAUSTED, the last first',
      '',
      '{ status: { eq: EXHAUSTED } }',
      [{}],
      25,
      ', orderBy: { field: FINISHED_AT }',
    ),
    {
      name: 'last 25 attempts of a webhook, with payload and response',
      query: `query ($id: ID!) { webhook(id: $id) { requests(first: 25) { nodes {
        id startedAt status attemptNumber durationMs url headers data responseStatus responseHeaders response error } } } }`,
      variables: ids,
      check: ({ webhook: { requests } }: Attempts) =>
        atLeast(25, requests.nodes.filter(({ data }) => data !== null).length),
    },
  ];
  return measureLatencies(target, questions, seconds);
}

function listOf(
  name: string,
  variable: string,
  where: string,
  variables: readonly object[],
  least: number,
  order = '',
): Question {
  return {
    name: `deliveries ${name}`,
    query: `query ${variable && `(${variable})`} { deliveries(first: 25, where: ${where}${order}) { ${NODES} } }`,
    variables,
    check: ({ deliveries }: Deliveries) => atLeast(least, deliveries.nodes.length),
  };
}
