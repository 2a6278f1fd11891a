// What the demo writes as the owner of the tables, and reads of what the API does not show.
import { SafeClient, sessionConfig } from '../../sql/session';

export type Row = Record<string, unknown>;

/** By table, in the order in which they are inserted. */
export interface Rows {
  payloads: Row[];
  business_events: Row[];
  deliveries: Row[];
  finished_deliveries: Row[];
  open_deliveries: Row[];
  delivery_jobs: Row[];
  webhook_request_logs: Row[];
  incoming_ids: Row[];
}

/** Rows of one statement. */
const AT_ONCE = 500;

export interface WeekStore {
  hasEventsBefore(time: Date): Promise<boolean>;
  /** The newest secret of a webhook, and the user of its calls; '': it has none. */
  partsOf(webhookId: string): Promise<{ secretId: string; userId: string }>;
  write(rows: Rows): Promise<void>;
  /** Whether the words of all closed requests can be searched. */
  isIndexed(): Promise<boolean>;
}

/** @param ownerUrl of the login that owns the tables */
export async function asOwner<Result>(ownerUrl: string, work: (store: WeekStore) => Promise<Result>): Promise<Result> {
  const owner = new SafeClient({ ...sessionConfig({ name: 'demo' }), connectionString: ownerUrl });
  await owner.connect();
  try {
    return await work(storeOf(owner));
  } finally {
    await owner.end();
  }
}

function storeOf(owner: SafeClient): WeekStore {
  return {
    async hasEventsBefore(time) {
      const { rows } = await owner.query('select from business_events where created_at < $1 limit 1', [time]);
      return rows.length > 0;
    },
    async partsOf(webhookId) {
      const { rows } = await owner.query<{ secretId: string; userId: string }>(
        `select s.id as "secretId", coalesce(a.user_id::text, '') as "userId"
         from webhook_secrets s left join incoming_agreements a on a.webhook_id = s.webhook_id where s.webhook_id = $1`,
        [webhookId],
      );
      return rows[0] ?? { secretId: '', userId: '' };
    },
    async write(rows) {
      await owner.query('begin');
      for (const [table, ofTable] of Object.entries(rows)) await insert(owner, table, ofTable);
      await owner.query(UPDATE_CIRCUITS);
      await owner.query('commit');
    },
    async isIndexed() {
      const { rows } = await owner.query(
        `select from webhook_request_logs r where finished_at is not null
           and not exists (select from request_index i where i.id = r.id) limit 1`,
      );
      return rows.length === 0;
    },
  };
}

async function insert(owner: SafeClient, table: string, rows: readonly Row[]): Promise<void> {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].join(', ');
  const sorted = [...rows].sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1));
  for (let from = 0; from < sorted.length; from += AT_ONCE) {
    await owner.query(
      `insert into ${table} (${names}) select ${names} from json_populate_recordset(null::${table}, $1)`,
      [JSON.stringify(sorted.slice(from, from + AT_ONCE))],
    );
  }
}

/** Webhooks that fail: how often since their last success, and since when. */
const UPDATE_CIRCUITS = `update webhook_circuits c set failures = f.failures, failing_since = f.since
  from (
    select r.webhook_id, count(*)::int as failures, min(r.finished_at) as since from webhook_request_logs r
    where r.status = 'FAILED' and r.finished_at > coalesce((select max(s.finished_at) from webhook_request_logs s
      where s.webhook_id = r.webhook_id and s.status = 'SUCCEEDED'), '-infinity')
    group by r.webhook_id
  ) as f where f.webhook_id = c.webhook_id and c.failures = 0`;
