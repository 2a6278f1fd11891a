// What a verification found.
import type { LeafKind } from '../../formats/leaf-kinds';

export const FINDING_NAMES = [
  'CHANGED',
  'DELETED',
  'INSERTED',
  'MOVED',
  'TRUNCATED',
  'NOT_SEALED',
  'ERASED_WITHOUT_ORDER',
  'DROPPED_WITHOUT_ORDER',
  'BAD_TREE',
  'BAD_HASH',
  'BAD_HEAD',
  'BAD_KEY',
  'BAD_ANCHOR',
  'FORKED',
] as const;
export type FindingName = (typeof FINDING_NAMES)[number];

export interface Finding {
  name: FindingName;
  /** null: not about a row. */
  kind: LeafKind | null;
  /** The UUID of the row, as far as it is known. */
  rowId: string | null;
  leafIndex: number | null;
  /** The size of the tree that the finding is about. */
  treeSize: number | null;
  message: string;
}

/** Only the first findings are kept, so that a lost log does not fill the memory. */
const MAX_KEPT = 1_000;

export class Findings {
  readonly kept: Finding[] = [];
  count = 0;

  add(name: FindingName, message: string, about: Partial<Omit<Finding, 'name' | 'message'>> = {}): void {
    this.count += 1;
    if (this.kept.length >= MAX_KEPT) return;
    this.kept.push({ name, kind: null, rowId: null, leafIndex: null, treeSize: null, ...about, message });
  }

  /** Counts findings that are more than are kept. */
  addUnnamed(count: number): void {
    this.count += count;
  }
}
