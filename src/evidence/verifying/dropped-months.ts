// Which months were dropped, and whether sealed entries of the audit trail say so.
import { createHash } from 'node:crypto';
import type { Db } from '../../sql/db';
import { firstIdAt, timeOfId } from '../../values/ids';
import { DROPPED_ACTION, KEPT_ACTION, LEAF_KINDS, type LeafKind } from '../formats/leaf-kinds';
import { LEAF_TABLES } from '../sealed-rows.store';
import { placesIn } from './checked-rows.store';
import { LeafSet } from './erased-leaves';
import { monthEntries, monthsOfTables } from './erasure-entries.store';
import { detailsOf, isSealedOrder } from './tree/check-keys';

const PAGE = 5_000;
const LEAVES = 'evidence_leaves';
/** The kinds whose rows are in one table for each month. Names are not. */
const KINDS = (Object.keys(LEAF_KINDS) as LeafKind[]).filter((kind) => kind !== 'name');
/** The kinds of rows that an order names. */
const ORDERED_KINDS: readonly LeafKind[] = ['request', 'event', 'decision'];

interface MonthLeaves {
  leaves: LeafSet;
  count: number;
}

/** A month, such as 2026-03, of which tables are gone. */
export interface DroppedMonth extends MonthLeaves {
  month: string;
  /** Whether a sealed order names exactly the leaves that the month has. */
  isOrdered: boolean;
}

export class DroppedMonths {
  private readonly looked = new Map<string, Promise<DroppedMonth>>();

  private constructor(
    private readonly db: Db,
    private readonly treeSize: number,
    private readonly gone: ReadonlyMap<string, readonly LeafKind[]>,
    private readonly orders: ReadonlyMap<string, { leaves: number; digest: string }[]>,
  ) {}

  /** Reads the state after the rows were compared. */
  static async read(db: Db, treeSize: number): Promise<DroppedMonths> {
    return new DroppedMonths(db, treeSize, await goneMonths(db), await ordersOf(db));
  }

  /** The months of which at least the table of one kind is gone. */
  async all(): Promise<DroppedMonth[]> {
    const months: DroppedMonth[] = [];
    for (const month of this.gone.keys()) months.push(await this.look(month));
    return months;
  }

  /** The months with a sealed order. all() also checks that the order names their leaves, which takes longer. */
  withOrder(): string[] {
    const months = [...this.gone].filter(([, kinds]) => kinds.includes('request'));
    return months.map(([month]) => month).filter((month) => this.orders.has(month));
  }

  /** The month in whose table a row was; null: the table is there. */
  async of(kind: LeafKind, rowId: string): Promise<DroppedMonth | null> {
    const month = monthOf(rowId);
    return this.gone.get(month)?.includes(kind) ? this.look(month) : null;
  }

  private look(month: string): Promise<DroppedMonth> {
    const known = this.looked.get(month) ?? this.compare(month);
    this.looked.set(month, known);
    return known;
  }

  private async compare(month: string): Promise<DroppedMonth> {
    const ordered = await this.leavesOf(month, ORDERED_KINDS);
    const digest = digestOf(ordered.leaves, this.treeSize);
    const isOrdered = (this.orders.get(month) ?? []).some(
      (order) => order.leaves === ordered.count && order.digest === digest,
    );
    const gone = this.gone.get(month) ?? [];
    // a month that was made by hand may have had no table of another kind, and no leaves of it
    const others = await this.leavesOf(
      month,
      gone.filter((kind) => !ORDERED_KINDS.includes(kind)),
    );
    const isWhole = ORDERED_KINDS.every((kind) => gone.includes(kind));
    const { leaves, count } = isWhole ? joined(ordered, others) : await this.leavesOf(month, gone);
    return { month, leaves, count, isOrdered: isOrdered && others.count === 0 };
  }

  private async leavesOf(month: string, kinds: readonly LeafKind[]): Promise<MonthLeaves> {
    const found = { leaves: new LeafSet(this.treeSize), count: 0 };
    const [first, past] = boundsOf(month);
    for (const kind of kinds) {
      for (let after = first; ; ) {
        const places = await placesIn(this.db, kind, { after, last: past, ids: null }, PAGE);
        for (const { leafIndex } of places) found.leaves.add(leafIndex);
        found.count += places.length;
        const last = places.at(-1);
        if (!last || places.length < PAGE) break;
        after = last.rowId;
      }
    }
    return found;
  }
}

function joined(some: MonthLeaves, others: MonthLeaves): MonthLeaves {
  some.leaves.addAll(others.leaves);
  return { leaves: some.leaves, count: some.count + others.count };
}

export const monthOf = (rowId: string) => timeOfId(rowId).toISOString().slice(0, 7);

/** The first id of a month, and that of the next. */
export function boundsOf(month: string): [first: string, past: string] {
  const first = new Date(`${month}-01T00:00:00Z`);
  return [firstIdAt(first.getTime()), firstIdAt(new Date(first).setUTCMonth(first.getUTCMonth() + 1))];
}

/** The kinds of rows whose tables are gone, by month. */
async function goneMonths(db: Db): Promise<Map<string, LeafKind[]>> {
  const rows = await monthsOfTables(db, [LEAVES, ...KINDS.map((kind) => LEAF_TABLES[kind].table)]);
  const there = new Set(rows.map(({ table, month }) => `${table} ${month}`));
  const gone = new Map<string, LeafKind[]>();
  for (const { month } of rows.filter(({ table }) => table === LEAVES)) {
    const kinds = KINDS.filter((kind) => !there.has(`${LEAF_TABLES[kind].table} ${month}`));
    if (kinds.length > 0) gone.set(month.replace('_', '-'), kinds);
  }
  return gone;
}

/** What an order to drop a month has in its details. */
interface MonthOrder {
  what: string;
  month: string;
  leaves: number;
  digest: string;
}

/** Sealed orders that were not taken back, by month. */
async function ordersOf(db: Db): Promise<Map<string, { leaves: number; digest: string }[]>> {
  const entries = await monthEntries(db);
  const takenBack = new Set(entries.flatMap((entry) => (entry.action === KEPT_ACTION ? [detailsOf(entry).order] : [])));
  const orders = new Map<string, { leaves: number; digest: string }[]>();
  for (const entry of entries) {
    if (entry.action !== DROPPED_ACTION || takenBack.has(entry.id)) continue;
    if (!isSealedOrder(entry)) continue;
    const { what, month, leaves, digest } = detailsOf(entry) as Partial<MonthOrder>;
    if (what !== 'ROWS' || month === undefined || leaves === undefined || digest === undefined) continue;
    orders.set(month, [...(orders.get(month) ?? []), { leaves, digest }]);
  }
  return orders;
}

/** As leaves_of_month() of migrations/11-dropped-months.sql. */
function digestOf(leaves: LeafSet, treeSize: number): string {
  const whole = createHash('sha256');
  const place = Buffer.alloc(8);
  for (let first = 0; first < treeSize; first += 65_536) {
    const piece = createHash('sha256');
    let isEmpty = true;
    for (let index = first; index < Math.min(first + 65_536, treeSize); index++) {
      if (!leaves.has(index)) continue;
      place.writeBigInt64BE(BigInt(index));
      piece.update(place);
      isEmpty = false;
    }
    if (!isEmpty) whole.update(piece.digest());
  }
  return whole.digest('hex');
}
