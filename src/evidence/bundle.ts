// A bundle: the proofs of many requests as one JSON text, for verify-evidence.mjs.
import { recordAct } from '../audit/record';
import { AppError, InputError, type UserError } from '../errors';
import { newId, toNodeId } from '../ids';
import type { Db } from '../sql/db';
import type { Viewer } from '../viewer';
import { disclosedParts, type Part, payloadsToDisclose } from './disclosed-parts';
import { sha256 } from './formats/merkle-tree';
import { type RequestFacts, requestRecord } from './formats/record';
import { writeTlogProof } from './formats/tlog-proof';
import { cached, consistencyProof, inclusionProof, type ReadTile } from './formats/tree-proofs';
import { evidenceKeys, headAt, newestHead, type SignedHead, witnessedSize } from './head.store';
import { requestEvidence, requestFacts } from './sealed-rows.store';
import { tilesOf } from './tree.store';

export const BUNDLE_FORMAT = 'hookledger-evidence-bundle@v1';
/** A bundle is made in memory. */
const MAX_CONTENT_BYTES = 32 * 1024 * 1024;
/** Requests whose content is read at once: a request has up to 3 MiB of it. */
const BATCH = 20;

export interface BundleOrder {
  ids: readonly string[];
  disclose: readonly Part[];
  /** Sizes of earlier heads that the verifier holds. */
  earlierSizes: readonly number[];
  reason: string;
}

export interface Bundle {
  text: string;
  sha256: string;
  rows: number;
}

/** Makes a bundle of sealed requests, and records it in the audit trail. */
export async function exportBundle(db: Db, viewer: Viewer, order: BundleOrder): Promise<Bundle> {
  const newest = await newestHead(db);
  const places = await sealedPlaces(db, order.ids, newest);
  if (!newest) throw new InputError([notSealed(0)]);
  const head = (await witnessedHead(db, [...places.values()], order.earlierSizes)) ?? newest;
  const read = cached(tilesOf(db));
  const proofs: string[] = [];
  let bytes = 0;
  for (let from = 0; from < order.ids.length; from += BATCH) {
    const batch = order.ids.slice(from, from + BATCH);
    for (const proof of await proofsOf(db, batch, order.disclose, places, head, read)) {
      bytes += proof.length;
      if (bytes > MAX_CONTENT_BYTES) {
        throw new AppError(
          'LIMIT_EXCEEDED',
          `The bundle would exceed ${MAX_CONTENT_BYTES / 1024 / 1024} MiB: disclose fewer parts, or export fewer requests.`,
        );
      }
      proofs.push(proof);
    }
  }
  const keys = await evidenceKeys(db);
  const heads = await Promise.all(order.earlierSizes.map((size) => earlierHead(db, size, head, read)));
  const text = `${JSON.stringify({ format: BUNDLE_FORMAT, vkeys: keys.map((key) => key.vkey), heads, proofs }, null, 1)}\n`;
  const digest = sha256(Buffer.from(text)).toString('hex');
  await recordAct(db, viewer, {
    action: 'evidence.exported',
    subjectType: 'EvidenceBundle',
    subjectId: newId(),
    reason: order.reason,
    details: { rows: proofs.length, disclosed: order.disclose, sha256: digest },
  });
  return { text, sha256: digest, rows: proofs.length };
}

/** The newest head with cosignatures that contains all of these leaves and earlier heads; null: there is none. */
async function witnessedHead(
  db: Db,
  places: readonly number[],
  earlierSizes: readonly number[],
): Promise<SignedHead | null> {
  const size = await witnessedSize(db);
  const isLater = size !== null && places.every((place) => place < size) && earlierSizes.every((each) => each <= size);
  return isLater ? headAt(db, size) : null;
}

async function sealedPlaces(db: Db, ids: readonly string[], head: SignedHead | null): Promise<Map<string, number>> {
  const found = await requestEvidence(db, ids);
  const faults = ids.flatMap((id, at): UserError[] => {
    const row = found.get(id);
    if (!row)
      return [
        {
          field: ['ids', String(at)],
          code: 'NOT_FOUND',
          message: `There is no request ${toNodeId('WebhookRequestLog', id)}.`,
        },
      ];
    return row.leafIndex !== null && head && row.leafIndex < head.treeSize ? [] : [notSealed(at)];
  });
  if (faults.length > 0) throw new InputError(faults);
  return new Map([...found.values()].map((row) => [row.id, row.leafIndex as number]));
}

function notSealed(at: number): UserError {
  return {
    field: ['ids', String(at)],
    code: 'INVALID',
    message: 'The request is not sealed yet. It is about a second after it was closed: try again then.',
  };
}

async function proofsOf(
  db: Db,
  ids: readonly string[],
  disclose: readonly Part[],
  places: ReadonlyMap<string, number>,
  head: SignedHead,
  read: ReadTile,
): Promise<string[]> {
  const facts = await requestFacts(db, ids);
  const payloads = await payloadsToDisclose(db, [...facts.values()], disclose);
  return Promise.all(
    ids.map((id) => {
      const row = facts.get(id) as RequestFacts;
      return proofOf(row, places.get(id) as number, head, read, disclosedParts(row, disclose, payloads));
    }),
  );
}

/** The proof of one request. `extra` has its record, and the parts that are disclosed. */
export async function proofOf(
  row: RequestFacts,
  leafIndex: number,
  head: SignedHead,
  read: ReadTile,
  parts: object = {},
): Promise<string> {
  const extra = JSON.stringify({ record: requestRecord(row), parts });
  const proof = await inclusionProof(leafIndex, head.treeSize, read);
  return writeTlogProof({ extra, index: leafIndex, proof, checkpoint: head.checkpoint });
}

async function earlierHead(db: Db, size: number, head: SignedHead, read: ReadTile) {
  const earlier = await headAt(db, size);
  if (!earlier || size > head.treeSize) {
    throw new InputError([
      {
        field: ['earlierSizes'],
        code: 'NOT_FOUND',
        message: `No head of ${size} leaves was signed. evidenceHeads lists them.`,
      },
    ]);
  }
  const proof = await consistencyProof(size, head.treeSize, read);
  return { checkpoint: earlier.checkpoint, consistency: proof.map((hash) => hash.toString('base64')) };
}
