// Outgoing webhooks as a process keeps them in memory, and how it reads what changed since.
import { type Db, rowsOf, statement } from '../sql/db';
import { listing, type RowOf } from '../sql/listing';
import { DATABASE_RUN } from '../sql/session';
import { WebhookEntity } from './webhook.entity';
import type { WebhookRow } from './webhook.store';

const WITH_CHANGE = listing(WebhookEntity);
/** An outgoing webhook as the transaction `changedIn` left it. */
export type OutgoingWebhook = RowOf<typeof WITH_CHANGE>;

/**
 * Webhooks as the transactions that are visible in `snapshot` left them: the run of the database (`DATABASE_RUN`), and a `pg_snapshot` as
 * text.
 */
export interface WebhooksAt {
  snapshot: string;
  webhooks: OutgoingWebhook[];
}

/** What the fan-out asks about a webhook beside its settings. */
export interface WebhookState {
  /** New deliveries wait for capacity. */
  mustQueue: boolean;
  /** Its condition or templates have not been evaluated yet for some events. */
  hasPending: boolean;
}

const SNAPSHOT = `${DATABASE_RUN} || ' ' || pg_current_snapshot()::text`;
const LIVE = `direction = 'OUTGOING' and status <> 'ARCHIVED'`;

/** Every outgoing webhook that is not archived. */
export async function outgoingWebhooks(db: Db): Promise<WebhooksAt> {
  const rows = await rowsOf<{ snapshot: string } & (OutgoingWebhook | { id: null })>(
    db,
    statement(`select ${SNAPSHOT} as snapshot, w.* from (select) as always
     left join (select ${WITH_CHANGE.columns} from webhooks where ${LIVE}) as w on true`),
  );
  return { snapshot: rows[0]?.snapshot as string, webhooks: rows.filter(isWebhook).map(webhookOf) };
}

/** What decides which events a webhook is for. */
export type WebhookFilter = Pick<WebhookRow, 'id' | 'documentType' | 'events' | 'receiveAuditEvents'>;

/**
 * Of the outgoing webhooks that are not archived: those for these document types, those for all types, and those with these ids.
 * @param atMost of each of the three
 */
export async function webhooksForTypes(
  db: Db,
  documentTypes: readonly string[],
  ids: readonly string[],
  atMost: number,
): Promise<WebhookFilter[]> {
  const found = (condition: string) =>
    `(select id, document_type as "documentType", events, receive_audit_events as "receiveAuditEvents"
      from webhooks where ${condition} and ${LIVE} limit $3)`;
  return rowsOf(
    db,
    statement(`${found('document_type = any($1::text[])')} union all ${found('document_type is null')}
     union all ${found('id = any($2::uuid[])')}`),
    [documentTypes, ids, atMost],
  );
}

/**
 * The state of these webhooks, and every outgoing webhook that was changed since `snapshot`, in one statement. Its
 * sub-queries are no EXISTS, for which the planner may read the whole table into a hash.
 *
 * The bound by `xmax` matters after a restore into another cluster: its rows may name transactions of the old one, which
 * have not happened yet in the new one. They are no changes.
 *
 * @returns null: `snapshot` is of another run of the database, so that what changed since is not known
 */
export async function statesAndChanges(
  db: Db,
  ids: readonly string[],
  snapshot: string,
): Promise<{ states: Map<string, WebhookState>; changes: WebhooksAt } | null> {
  const [run, visible] = snapshot.split(' ');
  type Row = { snapshot: string; webhookId: string | null } & WebhookState & (OutgoingWebhook | { id: null });
  const rows = await rowsOf<Row>(
    db,
    statement(`select ${SNAPSHOT} as snapshot, asked.id as "webhookId",
       coalesce((select c.has_waiting or c.state <> 'CLOSED' from webhook_circuits c where c.webhook_id = asked.id), false)
         as "mustQueue",
       coalesce((select true from pending_decisions p where p.webhook_id = asked.id limit 1), false) as "hasPending",
       changed.*
     from (select) as always left join (unnest($1::uuid[]) as asked (id) full join (
       select ${WITH_CHANGE.columns} from webhooks
       where direction = 'OUTGOING' and changed_in >= pg_snapshot_xmin($2::pg_snapshot)::text::bigint
         and changed_in < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
         and not pg_visible_in_snapshot(changed_in::text::xid8, $2::pg_snapshot)
     ) as changed on changed.id = asked.id) on true`),
    [ids, visible],
  );
  if (!rows[0]?.snapshot.startsWith(`${run} `)) return null;
  const asked = rows.filter((row): row is Row & { webhookId: string } => row.webhookId !== null);
  return {
    states: new Map(asked.map(({ webhookId, mustQueue, hasPending }) => [webhookId, { mustQueue, hasPending }])),
    changes: { snapshot: rows[0].snapshot, webhooks: rows.filter(isWebhook).map(webhookOf) },
  };
}

function isWebhook<Row extends { id: string | null }>(row: Row): row is Row & OutgoingWebhook {
  return row.id !== null;
}

type Beside = Partial<WebhookState> & { snapshot: string; webhookId?: string | null };

// what is kept is the row of the webhook alone
function webhookOf(row: OutgoingWebhook & Beside): OutgoingWebhook {
  const {
    snapshot: _snapshot,
    webhookId: _webhookId,
    mustQueue: _mustQueue,
    hasPending: _hasPending,
    ...webhook
  } = row;
  return webhook;
}

/** These webhooks, of any direction and status, each with the transaction that last changed it. */
export async function versionedWebhooksById(db: Db, ids: readonly string[]): Promise<Map<string, OutgoingWebhook>> {
  const rows = await rowsOf<OutgoingWebhook>(
    db,
    statement(`select ${WITH_CHANGE.columns} from webhooks where id = any($1::uuid[])`),
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** The transaction that last changed each of these webhooks. */
export async function changesOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await rowsOf<{ id: string; changedIn: string }>(
    db,
    statement('select id, changed_in as "changedIn" from webhooks where id = any($1::uuid[])'),
    [ids],
  );
  return new Map(rows.map(({ id, changedIn }) => [id, changedIn]));
}
