// `totalCount` of the filters of the documentation.
import type { Database } from '../database';
import { type Answered, measureLatencies, type Question } from '../latency';
import type { Target } from '../load';
import { atLeast, lastDay, sampleDocuments, sampleWebhooks } from './samples';

type Counted = { list: { totalCount: number; nodes?: object[] } };

export async function measureCounts(database: Database, target: Target, seconds: number): Promise<Answered[]> {
  const documents = await sampleDocuments(database);
  const { busy, rare } = await sampleWebhooks(database);
  const references = documents.map(({ reference }) => ({ v: reference }));
  const ids = busy.map((id) => ({ id }));
  const today = `startedAt: { gte: "${lastDay(database)}" }`;
  const ofWebhook = 'webhook: { id: { eq: $id } }';
  const failed = 'status: { in: [FAILED, UNKNOWN] }';
  const requests = 'webhookRequestLogs';
  const failedToday: Question = {
    name: 'what failed today, with its count',
    query: `{ list: webhookRequestLogs(first: 50, where: { ${failed}, ${today} }) { totalCount totalCountIsExact
      nodes { startedAt referenceDocument errorCode error webhook { name } } pageInfo { hasNextPage endCursor } } }`,
    variables: [{}],
    check: ({ list }: Counted) => atLeast(1, Math.min(list.totalCount, list.nodes?.length ?? 0)),
  };
  const questions: Question[] = [
    failedToday,
    countOf('all requests', requests, '', '', [{}], 10_000),
    countOf('requests of a day', requests, '', today, [{}], 1),
    countOf('failed requests', requests, '', failed, [{}], 1),
    countOf('requests of a document', requests, '$v: String!', 'referenceDocument: { eq: $v }', references, 1),
    countOf('requests by document type', requests, '', 'documentType: { eq: "Sales Invoice" }', [{}], 1),
    countOf('requests of a busy webhook', requests, '$id: ID!', ofWebhook, ids, 1),
    countOf('failed requests of a busy webhook', requests, '$id: ID!', `${ofWebhook}, ${failed}`, ids, 0),
    countOf('deliveries, EXHAUSTED', 'deliveries', '', 'status: { eq: EXHAUSTED }', [{}], 1),
    countOf(
      'deliveries of a busy webhook, DELIVERED',
      'deliveries',
      '$id: ID!',
      `${ofWebhook}, status: { eq: DELIVERED }`,
      ids,
      1,
    ),
    countOf('deliveries of a rare webhook', 'deliveries', '$id: ID!', ofWebhook, [{ id: rare }], 1),
    countOf('deliveries of a document', 'deliveries', '$v: String!', 'referenceDocument: { eq: $v }', references, 1),
    countOf('events of a document', 'businessEvents', '$v: String!', 'referenceDocument: { eq: $v }', references, 1),
  ];
  return measureLatencies(target, questions, seconds);
}

function countOf(
  name: string,
  list: string,
  variable: string,
  where: string,
  variables: readonly object[],
  least: number,
): Question {
  return {
    name: `count of ${name}`,
    query: `query ${variable && `(${variable})`} { list: ${list}${where && `(where: { ${where} })`} { totalCount totalCountIsExact } }`,
    variables,
    check: ({ list: { totalCount } }: Counted) => atLeast(least, totalCount),
  };
}
