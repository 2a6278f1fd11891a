// The proofs by which a verifier with an old key learns the new one.
import type { Db } from '../sql/db';
import { auditRecord } from './formats/audit-record';
import { partSalt } from './formats/salted-digests';
import { writeTlogProof } from './formats/tlog-proof';
import { inclusionProof, type ReadTile } from './formats/tree-proofs';
import { firstHeadFrom } from './head.store';
import { sealedRotations } from './sealed-rows.store';

/** The sealed entries of all rotations of a log, oldest first, each under the first head that both keys signed. */
export async function rotationProofs(db: Db, origin: string, read: ReadTile): Promise<string[]> {
  const proofs: string[] = [];
  for (const { leafIndex, ...entry } of await sealedRotations(db)) {
    const head = await firstHeadFrom(db, origin, leafIndex + 1);
    if (!head || entry.contentSalt === null) continue;
    const details = {
      salt: partSalt(entry.contentSalt, 'details').toString('base64'),
      content: Buffer.from(entry.details ?? '').toString('base64'),
    };
    const extra = JSON.stringify({ record: auditRecord(entry), parts: { details } });
    const proof = await inclusionProof(leafIndex, head.treeSize, read);
    proofs.push(writeTlogProof({ extra, index: leafIndex, proof, checkpoint: head.checkpoint }));
  }
  return proofs;
}
