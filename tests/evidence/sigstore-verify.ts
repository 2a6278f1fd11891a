// The checks of inclusion proofs and signed heads of @sigstore/verify. Its index does not export them.
import type { KeyObject } from 'node:crypto';
import { verifyCheckpoint } from '../../node_modules/@sigstore/verify/dist/tlog/checkpoint';
import { verifyMerkleInclusion } from '../../node_modules/@sigstore/verify/dist/tlog/merkle';

interface Inclusion {
  /** What the leaf is the hash of, without the zero byte before it. */
  content: Buffer;
  index: number;
  proof: readonly Buffer[];
  size: number;
  root: Buffer;
}

export function acceptsInclusion({ content, index, proof, size, root }: Inclusion): boolean {
  const entry = { canonicalizedBody: content, inclusionProof: { logIndex: String(index), hashes: [...proof] } };
  return accepts(() => verifyMerkleInclusion(entry as never, { logSize: String(size), logHash: root } as never));
}

export function acceptsCheckpoint(checkpoint: string, name: string, keyId: Buffer, publicKey: KeyObject): boolean {
  const entry = { inclusionProof: { checkpoint: { envelope: checkpoint } } };
  const log = { logID: keyId, publicKey, baseURL: name };
  return accepts(() => verifyCheckpoint(entry as never, [log] as never));
}

function accepts(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
