// Pages of two filters, each of which finds many requests, and which many, few or no requests meet together.
import { toNodeId } from '../../../src/ids';
import type { Database } from '../database';
import { type Answered, measureLatencies, type Question } from '../latency';
import type { Target } from '../load';
import { sampleWebhooks } from './samples';

type Page = { list: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean } } };

const SIZE = 25;
const QUERY = `query ($where: WebhookRequestLogWhere!) {
  list: webhookRequestLogs(first: ${SIZE}, where: $where) { nodes { id status startedAt } pageInfo { hasNextPage } } }`;

interface Pair {
  name: string;
  where: object;
  /** The same as SQL, with the values $1 and $2. */
  sql: string;
  values: readonly string[];
}

export async function measurePairs(database: Database, target: Target, seconds: number): Promise<Answered[]> {
  const questions = await Promise.all((await pairsOf(database)).map((pair) => questionOf(database, pair)));
  return measureLatencies(target, questions, seconds);
}

async function pairsOf(database: Database): Promise<Pair[]> {
  const { busiest, type, otherType } = await valuesOf(database);
  const ofWebhook = { webhook: { name: { eq: busiest.name } } };
  const ofOwner = { webhook: { owner: { name: { eq: busiest.owner } } } };
  const withType = (documentType: string) => ({ documentType: { eq: documentType } });
  const byWebhook = 'webhook_id = (select id from webhooks where name = $1)';
  const byOwner = 'webhook_id in (select w.id from webhooks w join users u on u.id = w.owner_id where u.name = $1)';
  const byUser = 'user_id = (select id from users where name = $1)';
  return [
    {
      name: 'a busy webhook and a document type, which no request has both',
      where: { ...ofWebhook, ...withType(otherType) },
      sql: `${byWebhook} and document_type = $2`,
      values: [busiest.name, otherType],
    },
    {
      name: 'a busy webhook and its document type',
      where: { ...ofWebhook, ...withType(type) },
      sql: `${byWebhook} and document_type = $2`,
      values: [busiest.name, type],
    },
    {
      name: 'the webhooks of an owner and a document type of few of them',
      where: { ...ofOwner, ...withType(RAREST_TYPE) },
      sql: `${byOwner} and document_type = $2`,
      values: [busiest.owner, RAREST_TYPE],
    },
    {
      name: 'a document type and a beginning of documents of another',
      where: { ...withType(RAREST_TYPE), referenceDocument: { startsWith: 'SINV-' } },
      sql: 'document_type = $1 and starts_with(reference_document, $2)',
      values: [RAREST_TYPE, 'SINV-'],
    },
    {
      name: 'a rare user and FAILED',
      where: { user: { name: { eq: RARE_USER } }, status: { eq: 'FAILED' } },
      sql: `${byUser} and status = $2`,
      values: [RARE_USER, 'FAILED'],
    },
    {
      name: 'a busy webhook and a rare user',
      where: { ...ofWebhook, user: { name: { eq: RARE_USER } } },
      sql: `${byWebhook} and user_id = (select id from users where name = $2)`,
      values: [busiest.name, RARE_USER],
    },
  ];
}

const RAREST_TYPE = 'Customer';
const RARE_USER = 'user200@example.com';

async function valuesOf(database: Database) {
  const { busiest } = await sampleWebhooks(database);
  const { rows } = await database.sql.query<{ type: string; other: string }>(
    `select w.document_type as type, (select min(o.document_type) from webhooks o where o.document_type <> w.document_type) as other
     from webhooks w where w.name = $1`,
    [busiest.name],
  );
  const [row] = rows;
  if (!row) throw new Error(`there is no webhook ${busiest.name}`);
  return { busiest, type: row.type, otherType: row.other };
}

async function questionOf({ sql }: Database, pair: Pair): Promise<Question> {
  // as text, so that PostgreSQL reads all that meet it and sorts them
  const { rows } = await sql.query<{ id: string }>(
    `select id from webhook_request_logs where ${pair.sql} order by id::text desc limit ${SIZE + 1}`,
    [...pair.values],
  );
  const expected = rows.slice(0, SIZE).map(({ id }) => toNodeId('WebhookRequestLog', id));
  return {
    name: `two filters: ${pair.name} (${expected.length} rows)`,
    query: QUERY,
    variables: [{ where: pair.where }],
    check: ({ list: { nodes, pageInfo } }: Page) => {
      const ids = nodes.map(({ id }) => id);
      if (ids.join() !== expected.join())
        throw new Error(`${ids.length} rows are not the ${expected.length} of the table`);
      if (pageInfo.hasNextPage !== rows.length > SIZE) throw new Error('hasNextPage is wrong');
    },
  };
}
