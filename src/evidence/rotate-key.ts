// Another key for the log. The old one vouches for it: for a while, heads carry the signatures of both.

import type { Viewer } from '../access/viewer';
import { insertAuditEntry } from '../audit/audit-entry.store';
import { auditEntry, recordOwnAct } from '../audit/write-audit-entry';
import { InputError } from '../errors/errors';
import type { Keyring } from '../keyring/keyring';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { ROTATED_ACTION } from './formats/leaf-kinds';
import { auditRecord } from './formats/records';
import { partSalt } from './formats/salted-digests';
import { inclusionProof, type ReadTile, writeTlogProof } from './formats/tree-proofs';
import { destroyRetired, evidenceKeys, firstHeadFrom, noteRotation } from './head.store';
import { makeLogKey } from './log-key';
import { appendFirst } from './seal';
import { sealedRotations } from './sealed-rows.store';
import { reportedHeads } from './sealing-stop.store';
import { waitForTree } from './tree.store';

/** How long heads carry the signatures of both keys. */
const OVERLAP_MS = 30 * 24 * 3_600_000;

export interface RotationOrder {
  reason: string;
  /** Since when others may have had the old key; null: it is not compromised, and signs on for 30 days. */
  compromisedAt: Date | null;
}

/** @returns the verifier key of the new key @throws InputError */
export async function rotateKey(db: Db, viewer: Viewer, keyring: Keyring, order: RotationOrder): Promise<string> {
  const { reason, compromisedAt } = order;
  await waitForTree(db);
  const [old, ...older] = await evidenceKeys(db);
  const now = currentTime();
  if (!old) throw refused('Nothing was sealed yet: the log has no key.');
  if ((await reportedHeads(db)).length > 0) throw refused('Sealing is stopped: evidenceStatus { stops } says why.');
  const isOverlapping = older.some(({ origin, retiresAt }) => origin === old.origin && retiresAt && retiresAt > now);
  if (isOverlapping && compromisedAt === null) {
    throw refused(
      'The key was rotated within the last 30 days, and both keys sign still. Rotate it later, or give compromisedAt.',
    );
  }
  const made = await makeLogKey(db, keyring, old.origin, null);
  const retiresAt = compromisedAt === null ? new Date(now.getTime() + OVERLAP_MS) : now;
  const entry = auditEntry(viewer, {
    action: ROTATED_ACTION,
    subjectType: 'EvidenceKey',
    subjectId: made.id,
    reason,
    details: { oldVkey: old.vkey, newVkey: made.vkey, retiresAt, compromisedAt },
  });
  await insertAuditEntry(db, entry);
  // so that the first head with the new signature contains the entry
  const signsFrom = await appendFirst(db, 'audit', entry.id);
  await noteRotation(db, { oldId: old.id, newId: made.id, signsFrom, retiresAt, compromisedAt });
  if (compromisedAt !== null) await destroyRetiredKeys(db);
  return made.vkey;
}

/** Destroys the private halves of keys that sign no more, and records it. */
export async function destroyRetiredKeys(db: Db): Promise<void> {
  for (const { id, vkey } of await destroyRetired(db, currentTime())) {
    await recordOwnAct(db, {
      action: 'evidence.key_destroyed',
      subjectType: 'EvidenceKey',
      subjectId: id,
      details: { vkey },
    });
  }
}

function refused(message: string): InputError {
  return new InputError([{ field: [], code: 'CONFLICT', message }]);
}

// The proofs by which a verifier with an old key learns the new one.

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
