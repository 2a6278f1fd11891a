// Our server and PostGraphile, each with the questions in its own words.
import { ask } from '../ask';
import type { Database } from '../database';
import type { Target } from '../load';
import { startPostgraphile } from '../postgraphile';
import { ourVariables, type Parameters, peerVariables } from './parameters';
import { OURS, POSTGRAPHILE, QUERIES, type QueryName } from './queries';

export interface Side {
  name: string;
  target: Target;
  queries: Record<QueryName, string>;
  variables: Record<QueryName, object[]>;
}

type Stops = (() => Promise<unknown>)[];

export async function openOurs(database: Database, parameters: Parameters, stops: Stops): Promise<Side> {
  const { target, stop } = await database.startApi();
  stops.push(stop);
  const cursor =
    'query ($id: ID!) { webhookRequestLogs(first: 1, where: { id: { eq: $id } }) { pageInfo { endCursor } } }';
  const variables = await ourVariables(parameters, async (id) => {
    const { webhookRequestLogs } = await ask<{ webhookRequestLogs: Ended }>(target, cursor, {
      id: `req_${id.replaceAll('-', '')}`,
    });
    return webhookRequestLogs.pageInfo.endCursor;
  });
  return { name: 'hookledger', target, queries: OURS, variables };
}

interface Ended {
  pageInfo: { endCursor: string };
}

export async function openPostgraphile(database: Database, parameters: Parameters, stops: Stops): Promise<Side> {
  const peer = await startPostgraphile(database.servingUrl);
  stops.push(peer.stop);
  const target = { url: peer.url, headers: {} };
  const cursor = `query ($id: UUID!) { allWebhookRequestLogs(first: 1, orderBy: ROW_ID_DESC, filter: { rowId: { equalTo: $id } }) {
    pageInfo { endCursor } } }`;
  const variables = await peerVariables(parameters, async (id) => {
    const { allWebhookRequestLogs } = await ask<{ allWebhookRequestLogs: Ended }>(target, cursor, { id });
    return allWebhookRequestLogs.pageInfo.endCursor;
  });
  return { name: 'PostGraphile 5', target, queries: POSTGRAPHILE, variables };
}

export function bodiesOf(side: Side, query: QueryName): string[] {
  return side.variables[query].map((variables) => JSON.stringify({ query: side.queries[query], variables }));
}

const CHECKED = 12;

/** Both give the same rows in the same order, for some of the parameters. @throws Error with the first difference */
export async function checkSame(one: Side, other: Side): Promise<void> {
  for (const query of QUERIES) {
    for (let index = 0; index < Math.min(CHECKED, one.variables[query].length); index += 1) {
      const wanted = await contentOf(one, query, index);
      const got = await contentOf(other, query, index);
      if (got === wanted) continue;
      throw new Error(
        `${other.name} answers otherwise than ${one.name} to "${query}" with ${JSON.stringify(other.variables[query][index])}:\n` +
          `${got.slice(0, 600)}\n  instead of\n${wanted.slice(0, 600)}`,
      );
    }
  }
}

async function contentOf(side: Side, query: QueryName, index: number): Promise<string> {
  const parts: string[] = [];
  collect(await ask<object>(side.target, side.queries[query], side.variables[query][index]), parts);
  return parts.join(' ');
}

const FIELDS = new Set(
  'status name fullName url documentType event referenceDocument responseStatus durationMs attemptNumber attempts hasNextPage error errorCode'.split(
    ' ',
  ),
);

// Names of links differ from side to side, their order does not.
function collect(value: unknown, parts: string[]): void {
  if (Array.isArray(value)) for (const each of value) collect(each, parts);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === 'id' || key === 'rowId')
      parts.push(
        `-${String(each)
          .replace(/^[a-z]+_/, '')
          .replaceAll('-', '')}`,
      );
    else if (key.endsWith('At')) parts.push(each === null ? 'null' : new Date(String(each)).toISOString());
    else if (FIELDS.has(key)) parts.push(String(each));
    else collect(each, parts);
  }
}
