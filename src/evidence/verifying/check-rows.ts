// Computes the leaf of every row again, and compares it with the leaf in the tree at the place of the row.
import type { Db } from '../../sql/db';
import { LEAF_KINDS } from '../evidence-tree.entity';
import { auditLeaf, partDigest, requestLeaf } from '../formats/record';
import { type CheckedRequest, entriesAfter, type Placed, requestsAfter, rowsOfLeaves } from './checked-rows.store';
import type { Findings } from './findings';

const PAGE = 1_000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** Rows that are not in the tree after this time are missing from it. */
const SEALED_WITHIN_MS = 60_000;
/** Rows whose leaf is searched elsewhere in the tree. */
const MAX_SEARCHED = 10_000;

interface Mismatch {
  kind: string;
  rowId: string;
  leafIndex: number;
}

/** Compares rows with the leaves of a tree of a fixed size. Leaves that are added meanwhile are not missed. */
export class RowCheck {
  checked = 0;
  private readonly seen: Buffer;
  /** By the hash of the row as it is now. */
  private readonly mismatches = new Map<string, Mismatch>();

  constructor(
    private readonly treeSize: number,
    private readonly findings: Findings,
    private readonly now: Date,
  ) {
    this.seen = Buffer.alloc(Math.ceil(treeSize / 8));
  }

  async requests(db: Db, withContent: boolean, onPage: () => Promise<void>): Promise<void> {
    let after = BEFORE_ALL;
    for (;;) {
      const rows = await requestsAfter(db, after, PAGE, withContent);
      for (const row of rows) {
        this.compare('request', row.id, row.finishedAt, row, requestLeaf(row));
        if (withContent) this.compareBodies(row);
      }
      await onPage();
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.id;
    }
  }

  async entries(db: Db, onPage: () => Promise<void>): Promise<void> {
    let after = BEFORE_ALL;
    for (;;) {
      const rows = await entriesAfter(db, after, PAGE);
      for (const row of rows) this.compare('audit', row.id, row.at, row, auditLeaf(row));
      await onPage();
      const last = rows.at(-1);
      if (!last || rows.length < PAGE) return;
      after = last.id;
    }
  }

  private compare(kind: string, rowId: string, at: Date, { leafIndex, leaf }: Placed, computed: Buffer): void {
    this.checked += 1;
    if (leafIndex === null) {
      if (this.now.getTime() - at.getTime() < SEALED_WITHIN_MS) return;
      this.findings.add('NOT_SEALED', 'The row is finished, and not in the tree.', { kind, rowId });
      return;
    }
    const about = { kind, rowId, leafIndex };
    if (leaf?.equals(computed)) this.see(leafIndex);
    else if (leaf === null) this.findings.add('INSERTED', 'The row claims a place outside of the tree.', about);
    else if (this.mismatches.size < MAX_SEARCHED) this.mismatches.set(computed.toString('hex'), about);
    else this.reportChanged(about);
  }

  // the record has the digests only: the bytes stand in other rows
  private compareBodies(row: CheckedRequest): void {
    const about = { kind: 'request', rowId: row.id, leafIndex: row.leafIndex };
    for (const [what, digest, salt, body] of [
      ['body', row.bodyDigest, row.payloadSalt, row.payloadBody],
      ['body as received', row.wireBodyDigest, row.wireSalt, row.wireBody],
    ] as const) {
      if (digest === null) continue;
      if (!salt || partDigest(salt, 'body', body ?? null) !== digest.toString('hex')) {
        this.findings.add('CHANGED', `The ${what} of the request is not what was recorded.`, about);
      }
    }
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
      this.see(found.leafIndex);
    });
  };

  /** After all rows were compared and searched. */
  async finish(db: Db): Promise<void> {
    for (const mismatch of this.mismatches.values()) this.reportChanged(mismatch);
    const missing: number[] = [];
    for (let index = 0; index < this.treeSize; index++) if (!this.isSeen(index)) missing.push(index);
    if (missing.length === 0) return;
    const known = new Map((await rowsOfLeaves(db, missing.slice(0, MAX_SEARCHED))).map((row) => [row.leafIndex, row]));
    for (const leafIndex of missing) {
      const row = known.get(leafIndex);
      const kind = Object.entries(LEAF_KINDS).find(([, number]) => number === row?.kind)?.[0] ?? null;
      this.findings.add('DELETED', 'A row was sealed, and is no longer there.', {
        kind,
        rowId: row?.rowId ?? null,
        leafIndex,
      });
    }
  }

  private reportChanged(about: Mismatch): void {
    if (this.isSeen(about.leafIndex)) {
      this.findings.add('INSERTED', 'The row claims the place of another row in the tree.', about);
      return;
    }
    this.see(about.leafIndex);
    this.findings.add('CHANGED', 'The row is not what was recorded.', about);
  }

  private see(index: number): void {
    const byte = Math.floor(index / 8);
    if (index < this.treeSize) this.seen[byte] = (this.seen[byte] as number) | (1 << (index % 8));
  }

  private isSeen(index: number): boolean {
    return ((this.seen[Math.floor(index / 8)] ?? 0) & (1 << (index % 8))) !== 0;
  }
}
