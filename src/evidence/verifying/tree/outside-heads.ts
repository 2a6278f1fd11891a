// Heads that are known outside of the database: the only ones that a person with the database and the key cannot have replaced.
import type { Frontier } from '../../formats/merkle-tree';
import type { Checkpoint } from '../../formats/signed-note';
import type { LostHead } from './check-anchors';
import type { Findings } from './findings';

interface Known {
  rootHash: Buffer;
  /** The end of a description, such as `that you hold`. */
  whose: string;
}

/** Compares them with the tree while it is built, leaf by leaf. */
export class OutsideHeads {
  private readonly known = new Map<number, Known[]>();
  private readonly lost = new Map<number, LostHead[]>();

  /** @param lost cosignatures whose head is gone */
  constructor(lost: readonly LostHead[]) {
    for (const head of lost) this.lost.set(head.treeSize, [...(this.lost.get(head.treeSize) ?? []), head]);
  }

  add({ treeSize, rootHash }: Checkpoint, whose: string): void {
    this.known.set(treeSize, [...(this.known.get(treeSize) ?? []), { rootHash, whose }]);
  }

  check(frontier: Frontier, findings: Findings): void {
    const { size: treeSize } = frontier;
    const [known, lost] = [this.known.get(treeSize), this.lost.get(treeSize)];
    if (!known && !lost) return;
    const root = frontier.root();
    for (const { rootHash, whose } of known ?? []) {
      if (rootHash.equals(root)) continue;
      findings.add('FORKED', `The tree of ${treeSize} leaves is another one than the head says ${whose}.`, {
        treeSize,
      });
    }
    for (const { by, isOf } of lost ?? []) {
      if (isOf(root))
        findings.add('BAD_HEAD', `The head of ${treeSize} leaves is gone, which ${by} cosigned.`, { treeSize });
      else
        findings.add('FORKED', `${by} cosigned another tree of ${treeSize} leaves, whose head is gone.`, { treeSize });
    }
  }

  /** @param size of the whole tree */
  finish(size: number, findings: Findings): void {
    const larger = [...new Set([...this.known.keys(), ...this.lost.keys()])].filter((treeSize) => treeSize > size);
    for (const treeSize of larger) {
      findings.add('TRUNCATED', `The tree has ${size} leaves, but a head of ${treeSize} leaves was signed.`, {
        treeSize,
      });
    }
  }
}
