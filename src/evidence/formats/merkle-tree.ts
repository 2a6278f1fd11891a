// The Merkle tree of RFC 6962, section 2.1, with SHA-256: hashes, the frontier, and the check of consistency proofs.
import { hash } from 'node:crypto';

export const HASH_BYTES = 32;

/** The root of a tree without leaves. */
export const EMPTY_ROOT = sha256(Buffer.alloc(0));

// by way of a string it takes half the CPU of `hash(..., 'buffer')`
export function sha256(bytes: Buffer): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'binary');
}

export function sha256Hex(bytes: Buffer): string {
  return hash('sha256', bytes, 'hex');
}

const LEAF_PREFIX = Buffer.from([0]);

export function leafHashOf(record: string): Buffer {
  return sha256(Buffer.concat([LEAF_PREFIX, Buffer.from(record)]));
}

const pair = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

export function nodeHashOf(left: Buffer, right: Buffer): Buffer {
  left.copy(pair, 1);
  right.copy(pair, 1 + HASH_BYTES);
  return sha256(pair);
}

/**
 * The root of a perfect subtree. In place of a buffer for each hash it fills one for each level: the 255 hashes of a tile would be
 * most of the garbage of a proof.
 * @param hashes its leaves, or the nodes of one level, concatenated: 1, 2, 4, 8 ... of them
 */
export function perfectRoot(hashes: Buffer): Buffer {
  let level = hashes;
  while (level.length > HASH_BYTES) {
    const above = Buffer.allocUnsafe(level.length / 2);
    for (let at = 0; at < above.length; at += HASH_BYTES) {
      level.copy(pair, 1, 2 * at, 2 * (at + HASH_BYTES));
      above.write(hash('sha256', pair, 'binary'), at, 'binary');
    }
    level = above;
  }
  return level;
}

/** A node above the leaves: its level is the height of its subtree, its index the position within its level. */
export interface TreeNode {
  level: number;
  index: number;
  hash: Buffer;
}

/**
 * The right edge of a growing tree: the roots of its perfect subtrees, largest first. It is all that must be known of a
 * tree to append to it.
 */
export class Frontier {
  private readonly roots: Buffer[];

  /** @throws Error if `bytes` has not one root for each bit that is set in `size` */
  constructor(
    public size: number,
    bytes: Buffer,
  ) {
    if (bytes.length !== HASH_BYTES * bitsOf(size)) throw new Error(`a tree of ${size} leaves has another frontier`);
    this.roots = hashesOf(bytes);
  }

  /** @param onNode is called with each inner node that the leaf completes */
  append(leaf: Buffer, onNode: (node: TreeNode) => void = () => undefined): void {
    let hash = leaf;
    let index = this.size;
    for (let level = 1; index % 2 === 1; level++) {
      index = (index - 1) / 2;
      hash = nodeHashOf(this.roots.pop() as Buffer, hash);
      onNode({ level, index, hash });
    }
    this.roots.push(hash);
    this.size += 1;
  }

  root(): Buffer {
    return (
      this.roots.reduceRight<Buffer | null>((right, left) => (right ? nodeHashOf(left, right) : left), null) ??
      EMPTY_ROOT
    );
  }

  bytes(): Buffer {
    return Buffer.concat(this.roots);
  }
}

/** Splits concatenated hashes. */
export function hashesOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, index) =>
    bytes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES),
  );
}

// numbers, because a tree may have more leaves than a bitwise operator can count
function bitsOf(size: number): number {
  let bits = 0;
  for (let left = size; left > 0; left = Math.floor(left / 2)) bits += left % 2;
  return bits;
}

/** The largest power of two below `size`; `size` is at least 2. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Whether the tree of the first root is the beginning of the tree of the second (RFC 9162, section 2.1.4.2). */
export function isConsistent(
  [firstSize, firstRoot]: readonly [number, Buffer],
  [secondSize, secondRoot]: readonly [number, Buffer],
  proof: readonly Buffer[],
): boolean {
  if (firstSize > secondSize) return false;
  if (firstSize === secondSize) return proof.length === 0 && firstRoot.equals(secondRoot);
  if (firstSize === 0) return proof.length === 0 && firstRoot.equals(EMPTY_ROOT);
  let position = firstSize - 1;
  let last = secondSize - 1;
  while (position % 2 === 1) {
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  // the first tree is a perfect subtree: its root is the first hash
  const [start, ...rest] = position === 0 ? [firstRoot, ...proof] : proof;
  if (!start) return false;
  let first = start;
  let second = start;
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      first = nodeHashOf(sibling, first);
      second = nodeHashOf(sibling, second);
      while (position % 2 === 0 && position !== 0) {
        position = position / 2;
        last = Math.floor(last / 2);
      }
    } else {
      second = nodeHashOf(second, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && first.equals(firstRoot) && second.equals(secondRoot);
}
