// The functions that drop whole months. They check everything by themselves.
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';

/** ROWS: requests, deliveries, events and decisions. PAYLOADS: bodies, which rows of later months may need. */
export interface OldMonth {
  what: 'ROWS' | 'PAYLOADS';
  /** Its first day, in ISO 8601. */
  month: string;
}

/** The months that have passed the limit and are still there, oldest first. */
export async function monthsPastLimit(db: Db): Promise<OldMonth[]> {
  return rowsOf(db, statement(`select what, to_char(month, 'YYYY-MM-DD') as month from months_past_limit()`));
}

/** Why a month stays. */
export type Obstacle =
  | 'LIMIT'
  | 'PENDING'
  | 'HOLD'
  | 'MINIMUM'
  | 'UNSEALED'
  | 'INCOMPLETE'
  | 'ROWS'
  | 'NEEDED'
  | 'TAKEN_BACK';

/** ORDERED: its order is written, and not sealed yet. */
export type StepOfMonth = 'ORDERED' | 'DROPPED' | Obstacle;

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
