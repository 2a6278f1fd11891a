// A log without a database: its heads, and bundles of its records as exportEvidence makes them, to be checked by the verifier.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Frontier, leafHashOf } from '../../../src/evidence/formats/merkle-tree';
import { partDigest, partSalt } from '../../../src/evidence/formats/salted-digests';
import { checkpointText, signNote, writeVkey } from '../../../src/evidence/formats/signed-note';
import {
  consistencyProof,
  inclusionProof,
  type ReadTile,
  writeTlogProof,
} from '../../../src/evidence/formats/tree-proofs';

export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export const newKey = (): KeyPair => generateKeyPairSync('ed25519');

/** The stored hashes of the tree of all leaves, as sealing stores them. */
export function storedTree(leaves: readonly Buffer[]): ReadTile {
  const levels: Buffer[][] = [[...leaves]];
  const frontier = new Frontier(0, Buffer.alloc(0));
  for (const leaf of leaves) {
    frontier.append(leaf, ({ level, index, hash }) => {
      if (level % 8 !== 0) return;
      levels[level / 8] ??= [];
      (levels[level / 8] as Buffer[])[index] = hash;
    });
  }
  return async (level, tile) => Buffer.concat((levels[level] ?? []).slice(tile * 256, (tile + 1) * 256));
}

const SALT = Buffer.alloc(16, 7);

export const saltOf = (salt: Buffer, part: string) => partSalt(salt, part).toString('base64');

/** The record of an audit entry, and its disclosed details. */
export function auditRecordWith(id: string, action: string, details: string) {
  const content = { details: partDigest(SALT, 'details', details) };
  return {
    record: JSON.stringify({ action, content, id, kind: 'audit', v: 1 }),
    parts: { details: { salt: saltOf(SALT, 'details'), content: Buffer.from(details).toString('base64') } },
  };
}

export class MadeLog {
  readonly vkey: string;
  private readonly read: ReadTile;
  private readonly leaves: readonly Buffer[];
  /** By size. */
  private readonly roots: Buffer[];

  constructor(
    readonly origin: string,
    private readonly records: readonly string[],
    private readonly key: KeyPair = newKey(),
  ) {
    this.vkey = writeVkey(origin, key.publicKey);
    this.leaves = records.map(leafHashOf);
    this.read = storedTree(this.leaves);
    const frontier = new Frontier(0, Buffer.alloc(0));
    this.roots = [frontier.root()];
    for (const leaf of this.leaves) {
      frontier.append(leaf);
      this.roots.push(frontier.root());
    }
  }

  root(size: number): Buffer {
    return this.roots[size] as Buffer;
  }

  head(size: number, rootHash = this.root(size)): string {
    return signNote(
      checkpointText({ origin: this.origin, treeSize: size, rootHash }),
      this.origin,
      this.key.privateKey,
    );
  }

  async proof(
    index: number,
    size = this.leaves.length,
    { parts = {}, change = (hashes: Buffer[]) => hashes, at = index }: ProofChanges = {},
  ): Promise<string> {
    const extra = JSON.stringify({ record: this.records[index], parts });
    const proof = change(await inclusionProof(index, size, this.read));
    return writeTlogProof({ extra, index: at, proof, checkpoint: this.head(size) });
  }

  async earlier(from: number, size: number, rootHash = this.root(from)) {
    const hashes = await consistencyProof(from, size, this.read);
    return { checkpoint: this.head(from, rootHash), consistency: hashes.map((hash) => hash.toString('base64')) };
  }
}

export interface ProofChanges {
  parts?: object;
  change?: (hashes: Buffer[]) => Buffer[];
  /** The index that the proof claims. */
  at?: number;
}

export function bundleOf(
  proofs: readonly string[],
  rest: { heads?: object[]; rotations?: string[]; timeStamps?: unknown } = {},
): string {
  return JSON.stringify({
    format: 'hookledger-evidence-bundle@v1',
    vkeys: [],
    rotations: [],
    heads: [],
    proofs,
    ...rest,
  });
}
