// Orders to erase content.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../sql/db';
import { byIds, listing, type RowOf } from '../sql/listing';
import { ErasureEntity } from './erasure.entity';

export type ErasureRow = ErasureEntity;

/** What an order has before its first step. */
export const NOT_BEGUN = {
  approvalId: null,
  erasedCount: 0,
  deferredCount: 0,
  deferredReason: null,
  finishedAt: null,
};

/** Without the rows that an order names: there may be thousands. */
export const ERASURES = listing(ErasureEntity, ['eventIds', 'requestIds']);
export type ShownErasure = RowOf<typeof ERASURES>;
export const erasuresById = byIds(ERASURES);

const ERASURE = ERASURES.values;

const { columns: READ } = listing(ErasureEntity);

export async function insertErasure(db: Db, erasure: ErasureRow): Promise<void> {
  const [events, requests] = [ERASURE.length + 1, ERASURE.length + 2];
  await changedBy(
    db,
    statement(`insert into erasures (${ERASURE.names}, event_ids, request_ids)
     select made.*, $${events}::uuid[], $${requests}::uuid[] from unnest(${ERASURE.arrays()}) as made`),
    [...ERASURE.valuesOf([erasure]), erasure.eventIds, erasure.requestIds],
  );
}

/** Of an order that waited for its approval. */
export async function decideErasure(
  db: Db,
  id: string,
  { status, nextStepAt, finishedAt }: Pick<ErasureRow, 'status' | 'nextStepAt' | 'finishedAt'>,
): Promise<ShownErasure> {
  const [decided] = await rowsOf<ShownErasure>(
    db,
    statement(`update erasures set status = $2, next_step_at = $3, finished_at = $4
     where id = $1 returning ${ERASURES.columns}`),
    [id, status, nextStepAt, finishedAt],
  );
  return decided as ShownErasure;
}

/**
 * The rows of what a person has ordered since a time without an approval. Other orders of this person wait until the
 * transaction ends.
 */
export async function rowsOrderedAlone(db: Db, userId: string, since: Date): Promise<number> {
  await rowOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.erasures'), hashtext($1))`), [userId]);
  const row = await rowOf<{ rows: number }>(
    db,
    statement(`select coalesce(sum(row_count), 0)::int as rows from erasures
     where ordered_by = $1 and created_at > $2 and approval_id is null`),
    [userId, since],
  );
  return row?.rows ?? 0;
}

/** Takes the erasure that is due, until the given time: after that, another process may take it. */
export async function takeErasure(db: Db, now: Date, until: Date): Promise<ErasureRow | null> {
  return rowOf(
    db,
    statement(`update erasures set next_step_at = $2 where id = (
       select id from erasures where next_step_at <= $1 order by next_step_at limit 1 for update skip locked
     ) returning ${READ}`),
    [now, until],
  );
}

/** The orders of earlier starts that continue, with what the journal named then. */
export async function openRepetitions(db: Db): Promise<ErasureRow[]> {
  const sql = `select ${READ} from erasures where kind = 'REPEATED' and finished_at is null order by id`;
  return rowsOf(db, statement(sql));
}

/** Whether an order that needs no other decision erases this person. */
export async function isBeingErased(db: Db, userId: string): Promise<boolean> {
  const sql = `select from erasures where user_id = $1 and kind = 'PERSON' and status in ('ORDERED', 'DEFERRED') limit 1`;
  return (await rowOf(db, statement(sql), [userId])) !== null;
}

/** When the next step of an erasure is due; null: none is open. */
export async function firstStepAt(db: Db): Promise<Date | null> {
  const row = await rowOf<{ at: Date }>(
    db,
    statement('select next_step_at as at from erasures where next_step_at is not null order by next_step_at limit 1'),
  );
  return row?.at ?? null;
}

/** Whether the entry of the audit trail that ordered it is in the tree. */
export async function isOrderSealed(db: Db, id: string): Promise<boolean> {
  const row = await rowOf<{ sealed: boolean }>(db, statement('select is_order_sealed($1) as sealed'), [id]);
  return row?.sealed ?? false;
}

/** In the transaction of a step, so that what it erased is counted if the process ends before the next. @param until the process keeps it */
export async function countErased(db: Db, id: string, rows: number, until: Date): Promise<void> {
  await changedBy(
    db,
    statement(`update erasures set erased_count = erased_count + $2, next_step_at = $3
     where id = $1 and finished_at is null`),
    [id, rows, until],
  );
}

export type PassResult = Pick<ErasureRow, 'status' | 'deferredCount' | 'deferredReason' | 'nextStepAt' | 'finishedAt'>;

/** @returns the number of rows that it has erased; null: another process has finished it */
export async function endPass(db: Db, id: string, result: PassResult): Promise<number | null> {
  const { status, deferredCount, deferredReason, nextStepAt, finishedAt } = result;
  const row = await rowOf<{ erased: number }>(
    db,
    statement(`update erasures set status = $2, deferred_count = $3, deferred_reason = $4, next_step_at = $5, finished_at = $6
     where id = $1 and finished_at is null returning erased_count as erased`),
    [id, status, deferredCount, deferredReason, nextStepAt, finishedAt],
  );
  return row?.erased ?? null;
}

/** After a hold was released: what was deferred because of it is tried again at once. */
export async function retryDeferredNow(db: Db, now: Date): Promise<void> {
  await changedBy(db, statement(`update erasures set next_step_at = $1 where status = 'DEFERRED'`), [now]);
}
