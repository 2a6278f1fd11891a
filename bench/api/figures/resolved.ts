// Queries that no read plan answers: graphql-js resolves them field by field, in the process.
import { toNodeId } from '../../../src/ids';
import { cpuMs } from '../../process-use';
import { ask } from '../dashboard/ask';
import type { Database } from '../database';
import { type LoadProcess, startLoadProcess, type Target } from '../load';

export interface Resolved {
  name: string;
  perSecond: number;
  /** CPU of the server's process for one answer; null: unknown on this system. */
  cpuMs: number | null;
}

interface Question {
  name: string;
  query: string;
  /** Asked in turn. */
  variables: readonly object[];
  /** How many rows an answer shows, of those that it must show. */
  rows(data: never): number;
}

const PAGES = 20;
const PAGE = 25;

const ROW = `id status documentType event referenceDocument url startedAt finishedAt durationMs responseStatus attemptNumber
  webhook { id name owner { id name } } user { id name }`;

/** Roots without a reading, with rows and links as pages of a dashboard ask for them. */
export async function measureResolved(
  { sql }: Database,
  target: Target,
  pid: number,
  seconds: number,
): Promise<Resolved[]> {
  const { rows: requests } = await sql.query<{ id: string; reference: string | null; type: string | null }>(
    `select id, reference_document as reference, document_type as type from webhook_request_logs
     where reference_document is not null order by id desc limit $1`,
    [PAGES * PAGE],
  );
  const pages = Array.from({ length: PAGES }, (_, page) => requests.slice(page * PAGE, (page + 1) * PAGE));
  const documents = requests.slice(0, PAGES).map(({ type, reference }) => ({ type, name: reference }));
  const questions: Question[] = [
    {
      name: `nodes of ${PAGE} ids, with webhook -> owner, user`,
      query: `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on WebhookRequestLog { ${ROW} } } }`,
      variables: pages.map((page) => ({ ids: page.map(({ id }) => toNodeId('WebhookRequestLog', id)) })),
      rows: ({ nodes }: { nodes: object[] }) => nodes.length,
    },
    {
      name: `list of ${PAGE} beside a node`,
      query: `query ($id: ID!) { node(id: $id) { __typename id }
        webhookRequestLogs(first: ${PAGE}) { nodes { ${ROW} } pageInfo { hasNextPage endCursor } } }`,
      variables: requests.slice(0, PAGES).map(({ id }) => ({ id: toNodeId('WebhookRequestLog', id) })),
      rows: ({ webhookRequestLogs }: { webhookRequestLogs: { nodes: object[] } | null }) =>
        webhookRequestLogs?.nodes.length ?? 0,
    },
    {
      name: 'page of a document',
      query: `query ($type: String!, $name: String!) { businessDocument(documentType: $type, name: $name) {
        name businessEvents { nodes { event createdAt } } requests { nodes { ${ROW} } } } }`,
      variables: documents,
      rows: ({ businessDocument }: { businessDocument: object | null }) => (businessDocument ? PAGE : 0),
    },
  ];
  const load = startLoadProcess();
  try {
    const measured: Resolved[] = [];
    for (const question of questions) measured.push(await measure(load, target, pid, question, seconds));
    return measured;
  } finally {
    await load.stop();
  }
}

async function measure(
  load: LoadProcess,
  target: Target,
  pid: number,
  { name, query, variables, rows }: Question,
  seconds: number,
): Promise<Resolved> {
  const got = rows(await ask<never>(target, query, variables[0] as object));
  if (got !== PAGE) throw new Error(`${name}: ${got} rows instead of ${PAGE}`);
  const bodies = variables.map((each) => JSON.stringify({ query, variables: each }));
  await load.run(target, bodies, { seconds: seconds / 2 });
  const before = await cpuMs(pid);
  const { answers, perSecond } = await load.run(target, bodies, { seconds });
  const after = await cpuMs(pid);
  return { name, perSecond, cpuMs: before === null || after === null ? null : (after - before) / answers };
}
