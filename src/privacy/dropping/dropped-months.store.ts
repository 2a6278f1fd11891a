// The functions that drop whole months. They check everything by themselves.
import { changedBy, type Db, rowOf, rowsOf, statement } from '../../sql/db';

/** ROWS: requests, deliveries, events and decisions. PAYLOADS: bodies, which rows of later months may need. */
export const MONTH_PARTS = ['ROWS', 'PAYLOADS'] as const;
export type MonthPart = (typeof MONTH_PARTS)[number];
/** Why a month stays, as the functions that drop months say. ORDERED: its order is written, and not sealed yet. */
const OBSTACLES = [
  'LIMIT',
  'UNRECORDED',
  'PENDING',
  'HOLD',
  'MINIMUM',
  'UNSEALED',
  'INCOMPLETE',
  'ROWS',
  'NEEDED',
  'ORDERED',
  'TAKEN_BACK',
] as const;
export type Obstacle = (typeof OBSTACLES)[number];
/** IN_USE: others have had locks on its tables, or another process drops a month. FAILED: the database has refused it. */
export const KEPT_BECAUSE = [...OBSTACLES, 'IN_USE', 'FAILED'] as const;
export type KeptBecause = (typeof KEPT_BECAUSE)[number];

export interface OldMonth {
  what: MonthPart;
  /** Its first day, in ISO 8601. */
  month: string;
}

/** A month that has passed the limit, and is still there. */
export interface KeptMonth extends OldMonth {
  because: KeptBecause;
  /** FAILED: the error of the database. */
  error: string | null;
  /** Since when it stays for this reason. */
  since: Date;
}

/** The months that have passed the limit and are still there, oldest first. */
export async function monthsPastLimit(db: Db): Promise<OldMonth[]> {
  return rowsOf(db, statement(`select what, to_char(month, 'YYYY-MM-DD') as month from months_past_limit()`));
}

export type StepOfMonth = 'DROPPED' | Obstacle;

export async function orderMonth(db: Db, { what, month }: OldMonth): Promise<StepOfMonth> {
  return stepOf(db, 'select order_month($1, $2::date) as step', [what, month]);
}

/** @throws Error of PostgreSQL if the tables are in use: see isInUse */
export async function dropMonth(db: Db, { what, month }: OldMonth): Promise<StepOfMonth> {
  return stepOf(db, 'select drop_month($1, $2::date) as step', [what, month]);
}

async function stepOf(db: Db, sql: string, values: unknown[]): Promise<StepOfMonth> {
  return ((await rowOf(db, statement(sql), values)) as { step: StepOfMonth }).step;
}

/** Those that stay, oldest first. */
export async function keptMonths(db: Db): Promise<KeptMonth[]> {
  return rowsOf(
    db,
    statement(
      `select what, to_char(month, 'YYYY-MM-DD') as month, because, error, since from kept_months order by month, what desc`,
    ),
  );
}

/** It stays since then, unless it stayed for the same reason before. */
export async function saveKeptMonth(db: Db, { what, month, because, error, since }: KeptMonth): Promise<void> {
  await changedBy(
    db,
    statement(`insert into kept_months as k (what, month, because, error, since) values ($1, $2::date, $3, $4, $5)
     on conflict (what, month) do update set because = $3, error = $4, since = case when k.because = $3 then k.since else $5 end`),
    [what, month, because, error, since],
  );
}

/** Forgets all others: they were dropped, or are no longer past the limit. */
export async function forgetOtherMonths(db: Db, months: readonly OldMonth[]): Promise<void> {
  await changedBy(
    db,
    statement(`delete from kept_months where (what, month) not in (select * from unnest($1::text[], $2::date[]))`),
    [months.map(({ what }) => what), months.map(({ month }) => month)],
  );
}
