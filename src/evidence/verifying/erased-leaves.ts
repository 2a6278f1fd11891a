// Which leaves belong to rows whose content was erased, as sealed entries of the audit trail say.

import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { FIRST_ID } from '../../values/ids';
import { type ErasureEntry, type ErasureStep, erasureEntries } from './erasure-entries.store';
import { detailsOf, isSealedOrder } from './tree/check-keys';

const PAGE = 1_000;

/** One bit for each leaf. */
export class LeafSet {
  private readonly bits: Buffer;

  constructor(private readonly size: number) {
    this.bits = Buffer.alloc(Math.ceil(size / 8));
  }

  static all(size: number): LeafSet {
    const all = new LeafSet(size);
    all.bits.fill(0xff);
    return all;
  }

  add(first: number, last = first): void {
    for (let index = Math.max(0, first); index <= last && index < this.size; index++) {
      const byte = Math.floor(index / 8);
      this.bits[byte] = (this.bits[byte] as number) | (1 << (index % 8));
    }
  }

  /** However often the runs repeat a leaf, it is visited once: a thief of a login could write an entry that takes days. */
  addRuns(runs: readonly (readonly [first: number, last: number])[]): void {
    let next = 0;
    for (const [first, last] of [...runs].sort(([one], [other]) => one - other)) {
      if (!(last >= next)) continue;
      this.add(Math.max(first, next), last);
      next = last + 1;
    }
  }

  addAll(other: LeafSet): void {
    for (const [at, byte] of other.bits.entries()) this.bits[at] = (this.bits[at] ?? 0) | byte;
  }

  has(index: number): boolean {
    return ((this.bits[Math.floor(index / 8)] ?? 0) & (1 << (index % 8))) !== 0;
  }

  /** The leaves that the other set does not contain, ascending. */
  *without(other: LeafSet): Generator<number> {
    for (let index = 0; index < this.size; index++) if (this.has(index) && !other.has(index)) yield index;
  }
}

/** What an order erases of a row, by the names that its entry has: all content, or one part of an entry of the audit trail. */
export const ERASABLE = ['leaves', 'criteria', 'reasons', 'origins', 'identities'] as const;
export type Erasable = (typeof ERASABLE)[number];

/** The leaves of rows of which each was erased. */
export type ErasedLeaves = Readonly<Record<Erasable, LeafSet>>;

export function noErasedLeaves(treeSize: number): ErasedLeaves {
  const none = () => new LeafSet(treeSize);
  return { leaves: none(), criteria: none(), reasons: none(), origins: none(), identities: none() };
}

/**
 * @param treeSize of the tree that rows are compared with
 * @param now an entry that waits to be sealed counts already, if it is less than a minute old
 */
export async function erasedLeaves(db: Db, treeSize: number, now: Date): Promise<ErasedLeaves> {
  const erased = noErasedLeaves(treeSize);
  let after: string = FIRST_ID;
  for (;;) {
    const entries = await erasureEntries(db, after, PAGE);
    for (const entry of entries) {
      if (!isOrder(entry, now)) continue;
      const details = detailsOf(entry);
      for (const what of ERASABLE) erased[what].addRuns(runsOf(details[what]));
    }
    const last = entries.at(-1);
    if (!last || entries.length < PAGE) return erased;
    after = last.id;
  }
}

/**
 * When the content of a leaf was erased, by the steps of its erasure: an order erases its rows in several.
 * @returns null: no step names the leaf
 */
export function erasedAt(steps: readonly ErasureStep[], leafIndex: number): Date | null {
  const names = ({ details }: ErasureStep) => {
    const parts = detailsOf({ details });
    const runs = ERASABLE.flatMap((what) => runsOf(parts[what]));
    return runs.some(([first, last]) => leafIndex >= first && leafIndex <= last);
  };
  return steps.find(names)?.at ?? null;
}

function isOrder(entry: ErasureEntry, now: Date): boolean {
  return entry.leafIndex === null ? entry.isQueued && maySealLater(entry.at, now) : isSealedOrder(entry);
}

/** @param leaves such as "12-40,57" */
function runsOf(leaves: unknown): [first: number, last: number][] {
  if (typeof leaves !== 'string') return [];
  return leaves
    .split(',')
    .filter(Boolean)
    .map((run) => {
      const [first = -1, last = first] = run.split('-').map(Number);
      return [first, last];
    });
}

/** Rows that are not in the tree after this time are missing from it. */
const SEALED_WITHIN_MS = 60_000;
/** PostgreSQL refuses rows of the serving login with a time further ahead of its own. */
const MAX_AHEAD_MS = 600_000;

/**
 * Whether a row of this time, which is not in the tree, may be sealed yet.
 * @param now when the verification began: a row that was finished later may have been read before it was sealed
 */
export function maySealLater(time: Date, now: Date): boolean {
  // with a time in the future, it would be young forever
  const isAhead = time.getTime() - currentTime().getTime() > MAX_AHEAD_MS;
  return !isAhead && now.getTime() - time.getTime() < SEALED_WITHIN_MS;
}
