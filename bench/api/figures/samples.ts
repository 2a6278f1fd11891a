// What the questions ask about: some documents, the busiest webhooks, and the last day.
import { FIRST_ID, toNodeId } from '../../../src/ids';
import type { Database } from '../database';
import { RARE_WEBHOOK } from '../generate/lookup';

const SAMPLES = 50;
const DAY_MS = 86_400_000;

/** What stands in each of some documents and in no other. */
export interface SampleDocument {
  reference: string;
  purchaseOrder: string;
  customer: string;
}

export async function sampleDocuments({ sql }: Database): Promise<SampleDocument[]> {
  const { rows } = await sql.query<SampleDocument>(
    `select d ->> 'name' as reference, d ->> 'po_no' as "purchaseOrder", d ->> 'customer' as customer
     from (select convert_from(p.body, 'UTF8')::json as d
           from (select payload_id from webhook_request_logs tablesample system (1) limit $1) r
           join payloads p on p.id = r.payload_id) as sampled where d ->> 'po_no' is not null`,
    [SAMPLES],
  );
  if (rows.length === 0) throw new Error('no documents to search for were found');
  return rows;
}

export interface SampleWebhooks {
  busiest: { id: string; name: string; owner: string };
  /** The ids of twenty, the busiest first. */
  busy: string[];
  /** With about 40 requests in all. */
  rare: string;
}

export async function sampleWebhooks({ sql }: Database): Promise<SampleWebhooks> {
  const { rows } = await sql.query<{ id: string; name: string; owner: string }>(
    `select w.id, w.name, u.name as owner from webhook_request_logs r join webhooks w on w.id = r.webhook_id
       join users u on u.id = w.owner_id
     where r.id >= coalesce((select id from webhook_request_logs order by id desc offset 20000 limit 1), $1)
     group by 1, 2, 3 order by count(*) desc limit 20`,
    [FIRST_ID],
  );
  const rare = await sql.query<{ id: string }>('select id from webhooks where name = $1', [RARE_WEBHOOK]);
  const busy = rows.map((row) => ({ ...row, id: toNodeId('Webhook', row.id) }));
  return {
    busiest: busy[0] as SampleWebhooks['busiest'],
    busy: busy.map(({ id }) => id),
    rare: toNodeId('Webhook', rare.rows[0]?.id as string),
  };
}

/** The last day of the log. */
export function lastDay({ until }: Database): string {
  return new Date(until - DAY_MS).toISOString();
}

/** @throws Error: a fast wrong answer is no figure */
export function atLeast(least: number, got: number): void {
  if (got < least) throw new Error(`${got} rows instead of at least ${least}`);
}
