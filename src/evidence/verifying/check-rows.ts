// Computes the leaf of every row again, and compares it with the leaf in the tree at the place of the row.

import type { Db } from '../../sql/db';
import { firstIdAt, toNodeId } from '../../values/ids';
import {
  canHaveRecord,
  contentOf,
  type FactsOf,
  isTime,
  type LeafKind,
  leafKind,
  leafOf,
  saltOf,
  timeOf,
} from '../formats/leaf-kinds';
import { payloadDigest } from '../formats/salted-digests';
import type { Placed } from '../sealed-rows.store';
import {
  type CheckedRow,
  lastDeliveryOfPage,
  placesIn,
  type RowRange,
  rowsIn,
  rowsOfLeaves,
  type StoredPayload,
  strayRequests,
  undecidedDeliveries,
  unprovenDeliveries,
} from './checked-rows.store';
import { type DroppedMonth, DroppedMonths, monthOf } from './dropped-months';
import { ERASABLE, type Erasable, type ErasedLeaves, LeafSet, maySealLater, noErasedLeaves } from './erased-leaves';
import { pagesAhead } from './run-progress';
import type { FindingName, Findings } from './tree/findings';

const PAGE = 1_000;
/** A row has up to 3 MiB of content, and there are two pages at a time. */
const PAGE_WITH_CONTENT = 100;
const PAGE_OF_DELIVERIES = 5_000;
const PAGE_OF_PLACES = 5_000;
/** Rows whose leaf is searched elsewhere in the tree. */
const MAX_SEARCHED = 10_000;

interface Mismatch {
  kind: LeafKind;
  rowId: string;
  leafIndex: number;
}

/** Compares rows with the leaves of a tree of a fixed size. Leaves that are added meanwhile are not missed. */
export class RowCheck {
  checked = 0;
  private readonly seen: LeafSet;
  /** The leaves of rows whose content, or a body or a part, is gone. */
  private readonly erased: ErasedLeaves;
  /** The rows that differ from their leaf, by the hash of the row as it is now; by their id if they can have none. */
  private readonly mismatches = new Map<string, Mismatch>();
  /** Months that are gone without an order. */
  private readonly reported = new Set<string>();
  /** Months of rows that prove deliveries. */
  private readonly gone = new Set<string>();

  constructor(
    private readonly treeSize: number,
    private readonly findings: Findings,
    private readonly now: Date,
  ) {
    this.seen = new LeafSet(treeSize);
    this.erased = noErasedLeaves(treeSize);
  }

  async rows(
    db: Db,
    kind: LeafKind,
    range: RowRange,
    withContent: boolean,
    onPage: () => Promise<void>,
  ): Promise<void> {
    const atMost = withContent ? PAGE_WITH_CONTENT : PAGE;
    const read = (last: { id: string } | null) =>
      rowsIn(db, kind, { ...range, after: last?.id ?? range.after }, { atMost, withContent });
    for await (const rows of pagesAhead(read, atMost)) {
      for (const row of rows) {
        this.compare(kind, row);
        if (withContent) this.comparePayloads(kind, row);
      }
      await onPage();
    }
  }

  private compare<Kind extends LeafKind>(kind: Kind, row: FactsOf[Kind] & Placed): void {
    this.checked += 1;
    const { id: rowId, leafIndex, leaf } = row;
    // a time that no record has was written past Hookledger
    const computed = canHaveRecord(kind, row) ? leafOf(kind, row) : null;
    if (leafIndex === null) {
      if (computed !== null && maySealLater(timeOf(kind, row), this.now)) return;
      this.findings.add('NOT_SEALED', 'The row is finished, and not in the tree.', { kind, rowId });
      return;
    }
    const about = { kind, rowId, leafIndex };
    if (computed !== null && leaf?.equals(computed)) {
      if (this.seen.has(leafIndex)) this.findings.add('INSERTED', 'The row is there more than once.', about);
      this.seen.add(leafIndex);
      for (const what of erasedOf(kind, row)) this.erased[what].add(leafIndex);
      if (hasUnsaltedContent(kind, row)) {
        this.findings.add('CHANGED', 'The content of the row was erased, and it has other content now.', about);
      }
    } else if (leaf === null) this.findings.add('INSERTED', 'The row claims a place outside of the tree.', about);
    else if (this.mismatches.size < MAX_SEARCHED) this.mismatches.set(computed?.toString('hex') ?? rowId, about);
    else this.reportChanged(about);
  }

  // the record has the digests only: the bytes stand in other rows
  private comparePayloads(kind: LeafKind, row: CheckedRow<LeafKind>): void {
    const about = { kind, rowId: row.id, leafIndex: row.leafIndex };
    const { bodyDigest, wireBodyDigest } = row as Partial<Record<'bodyDigest' | 'wireBodyDigest', Buffer | null>>;
    for (const [what, digest, payload] of [
      ['body', bodyDigest, row.payload],
      ['body as received', wireBodyDigest, row.wirePayload],
    ] as const) {
      if (digest && payload?.body === null && row.leafIndex !== null) this.erased.leaves.add(row.leafIndex);
      if (!digest || (payload && isWhole(payload, digest))) continue;
      this.findings.add('CHANGED', `The ${what}, its type or its length is not what was recorded.`, about);
    }
  }

  /**
   * Compares deliveries that were not sent, or given up, with the decisions about them, also those that were delivered later; and all with
   * their requests.
   */
  async deliveries(db: Db, range: RowRange, onPage: () => Promise<void>): Promise<void> {
    let { after } = range;
    for (;;) {
      const last = await lastDeliveryOfPage(db, { ...range, after }, PAGE_OF_DELIVERIES);
      if (last === null) return;
      const page = { ...range, after, last };
      const found = [
        ...(await undecidedDeliveries(db, page)).map((row) => ({
          ...row,
          proof: 'decision' as const,
          why: 'which is not what was decided',
        })),
        ...(await unprovenDeliveries(db, page)).map((row) => ({
          ...row,
          proof: 'request' as const,
          why: 'and none of its requests succeeded',
        })),
      ];
      // as of after this page was read: months are dropped meanwhile
      const dropped = found.length > 0 ? await DroppedMonths.read(db, this.treeSize) : null;
      for (const { deliveryId, status, finishedAt, decisionId, proof, why } of found) {
        if (await this.isProofDropped(dropped, proof, finishedAt)) continue;
        const message = `The delivery ${toNodeId('Delivery', deliveryId)} is ${status}, ${why}.`;
        this.findings.add('CHANGED', message, { kind: 'decision', rowId: decisionId });
      }
      for (const { deliveryId, requestId } of await strayRequests(db, page)) {
        const message = `The delivery ${toNodeId('Delivery', deliveryId)} is about another webhook or event than this request of it.`;
        this.findings.add('CHANGED', message, { kind: 'request', rowId: requestId });
      }
      await onPage();
      after = last;
    }
  }

  /**
   * Whether the row that proved it was of a month that was dropped: by order, or of requests, whose leaves say that there was none. Its id
   * may differ from this time by ten minutes.
   */
  private async isProofDropped(dropped: DroppedMonths | null, kind: LeafKind, at: Date): Promise<boolean> {
    if (!isTime(at)) return false;
    for (const minutes of [-10, 10]) {
      const id = firstIdAt(at.getTime() + minutes * 60_000);
      const month = `${kind} ${monthOf(id)}`;
      const gone = this.gone.has(month) ? null : await dropped?.of(kind, id);
      if (!this.gone.has(month) && !(gone && (gone.isOrdered || kind === 'request'))) continue;
      this.gone.add(month);
      return true;
    }
    return false;
  }

  /** Looks for the leaves of changed rows at other places. */
  readonly search = (first: number, hashes: readonly Buffer[]): void => {
    if (this.mismatches.size === 0) return;
    hashes.forEach((hash, position) => {
      const key = hash.toString('hex');
      const found = this.mismatches.get(key);
      if (!found) return;
      this.mismatches.delete(key);
      this.findings.add('MOVED', `The leaf of the row is number ${first + position}.`, found);
      this.seen.add(found.leafIndex);
    });
  };

  /** @param ordered the leaves whose rows were erased by order, as of after the rows were compared */
  async reportErased(db: Db, ordered: ErasedLeaves): Promise<void> {
    const unordered = new LeafSet(this.treeSize);
    for (const what of ERASABLE) for (const leaf of this.erased[what].without(ordered[what])) unordered.add(leaf);
    const message = 'Content of the row is gone, and no sealed entry of the audit trail says so.';
    await this.reportLeaves(db, unordered.without(new LeafSet(this.treeSize)), 'ERASED_WITHOUT_ORDER', message);
  }

  /** After all rows were compared and searched: every leaf must have a row, or be of a month that was dropped by order. */
  async finish(db: Db, dropped: DroppedMonths): Promise<void> {
    this.reportAllChanged();
    for (const month of await dropped.all()) {
      this.seen.addAll(month.leaves);
      this.reportDropped(month);
    }
    const missing = LeafSet.all(this.treeSize).without(this.seen);
    await this.reportLeaves(db, missing, 'DELETED', 'A row was sealed, and is no longer there.');
  }

  /** One finding for each leaf, with the row that had it. All leaves of a lost log may be among them, so they are not all kept. */
  private async reportLeaves(db: Db, leaves: Iterable<number>, name: FindingName, message: string): Promise<void> {
    const first: number[] = [];
    let others = 0;
    for (const leafIndex of leaves) {
      if (first.length < MAX_SEARCHED) first.push(leafIndex);
      else others += 1;
    }
    if (first.length === 0) return;
    const known = new Map((await rowsOfLeaves(db, first)).map((row) => [row.leafIndex, row]));
    for (const leafIndex of first) {
      const row = known.get(leafIndex);
      const about = { kind: leafKind(row?.kind ?? null), rowId: row?.rowId ?? null, leafIndex };
      this.findings.add(name, message, about);
    }
    this.findings.addUnnamed(others);
  }

  /** The same for a part of the rows: the leaves whose places belong to rows of this range must have them. */
  async finishPart(db: Db, kind: LeafKind, range: RowRange, dropped: DroppedMonths): Promise<void> {
    this.reportAllChanged();
    let { after } = range;
    for (;;) {
      const places = await placesIn(db, kind, { ...range, after }, PAGE_OF_PLACES);
      for (const { rowId, leafIndex } of places) {
        if (leafIndex >= this.treeSize || this.seen.has(leafIndex)) continue;
        const month = await dropped.of(kind, rowId);
        if (month) this.reportDropped(month);
        else this.findings.add('DELETED', 'A row was sealed, and is no longer there.', { kind, rowId, leafIndex });
      }
      const last = places.at(-1);
      if (!last || places.length < PAGE_OF_PLACES) return;
      after = last.rowId;
    }
  }

  /** A month is one finding. */
  private reportDropped({ month, count, isOrdered }: DroppedMonth): void {
    if (isOrdered || count === 0 || this.reported.has(month)) return;
    this.reported.add(month);
    const message = `A table of ${month} is gone, with ${count} sealed rows, and no sealed entry of the audit trail says so.`;
    this.findings.add('DROPPED_WITHOUT_ORDER', message);
  }

  private reportAllChanged(): void {
    for (const mismatch of this.mismatches.values()) this.reportChanged(mismatch);
    this.mismatches.clear();
  }

  private reportChanged(about: Mismatch): void {
    if (this.seen.has(about.leafIndex)) {
      this.findings.add('INSERTED', 'The row claims the place of another row in the tree.', about);
      return;
    }
    this.seen.add(about.leafIndex);
    this.findings.add('CHANGED', 'The row is not what was recorded.', about);
  }
}

/** What stands for content that was erased, in columns that cannot be null. */
const ERASED = '[erased]';

/** What is erased of a row, by the salts that it has. */
function erasedOf<Kind extends LeafKind>(kind: Kind, row: FactsOf[Kind]): Erasable[] {
  if (kind !== 'audit') return row.erasedDigests == null ? [] : ['leaves'];
  const { contentSalt: leaves, criteriaSalt: criteria, reasonSalt: reasons, ...others } = row as FactsOf['audit'];
  const salts = { leaves, criteria, reasons, origins: others.originSalt, identities: others.identitySalt };
  return ERASABLE.filter((what) => salts[what] === null);
}

// the digest of a part without its salt is that of its erasure, whatever the part is
function hasUnsaltedContent<Kind extends LeafKind>(kind: Kind, row: FactsOf[Kind]): boolean {
  return Object.entries(contentOf(kind, row)).some(
    ([part, content]) => content !== null && content !== ERASED && saltOf(kind, row, part) === null,
  );
}

function isWhole(payload: StoredPayload, digest: Buffer): boolean {
  const { body, bodySalt } = payload;
  // without its salt, a body is not compared with the digest: it must have been erased
  if (body !== null && bodySalt === null) return false;
  return payload.bodyDigest.equals(digest) && payloadDigest(payload) === digest.toString('hex');
}
