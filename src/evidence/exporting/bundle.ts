// A bundle: the proofs of many rows as one JSON text, for verify-evidence.mjs.

import type { Viewer } from '../../access/viewer';
import { namesIn } from '../../audit/criteria';
import { recordAct } from '../../audit/write-audit-entry';
import { AppError, InputError } from '../../errors/errors';
import type { Masks } from '../../masking/masks-of-viewer';
import type { Db } from '../../sql/db';
import { newId } from '../../values/ids';
import { contentOf, type FactsOf, type LeafKind, saltOf } from '../formats/leaf-kinds';
import { sha256 } from '../formats/merkle-tree';
import { partSalt } from '../formats/salted-digests';
import { openNote, readVkey } from '../formats/signed-note';
import { cached, consistencyProof } from '../formats/tree-proofs';
import {
  evidenceKeys,
  headAt,
  type SignedHead,
  type StoredKey,
  signedText,
  timeStamps,
  witnessedSize,
} from '../head.store';
import { type NamingRow, namedSubjects, namesBefore } from '../names/name.store';
import { rotationProofs } from '../rotate-key';
import { factsById, type ProvenTree, proofOf, type SaltedPayload, saltedPayloads } from '../sealed-rows.store';

const BUNDLE_FORMAT = 'hookledger-evidence-bundle@v1';
/** A bundle is made in memory. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Rows whose content is read at once: a request has up to 3 MiB of it. */
const BATCH = 20;
/** More than one: the auditor may trust the authority of another one. */
const TIME_STAMPS = 3;

/** A row to prove, whose leaf the head contains. */
export interface SealedRow {
  kind: LeafKind;
  id: string;
  leafIndex: number;
}

/** The rows of a bundle, all under the head. */
export interface RowsToProve {
  rows: readonly SealedRow[];
  /** Rows that the filter met, and that are not sealed yet. */
  notSealed: number;
}

export interface BundleOrder {
  /** The filter of the rows, for the audit trail; null: they were named. */
  where: object | null;
  disclose: readonly Part[];
  /** Sizes of earlier heads that the verifier holds. */
  earlierSizes: readonly number[];
  reason: string;
  /** Throws if the viewer may not have the proof of the row. */
  check(kind: LeafKind, row: FactsOf[LeafKind]): void;
}

export interface Bundle {
  text: string;
  sha256: string;
  rowCount: number;
  notSealedCount: number;
}

/** Makes a bundle of these rows, and records it in the audit trail. */
export async function exportBundle(
  db: Db,
  viewer: Viewer,
  { rows, notSealed }: RowsToProve,
  tree: ProvenTree,
  order: BundleOrder,
): Promise<Bundle> {
  const { where, disclose, earlierSizes, reason } = order;
  const places = rows.map(({ leafIndex }) => leafIndex);
  const keys = await evidenceKeys(db);
  const head = (await witnessedHead(db, keys, places, earlierSizes)) ?? tree.head;
  const proven = { head, read: cached(tree.read) };
  let bytes = 0;
  const naming: NamingRow[] = [];
  const proofsOfAll = async (all: readonly SealedRow[]): Promise<string[]> => {
    const proofs: string[] = [];
    for (const batch of batchesOf(all)) {
      for (const { proof, subjects, leafIndex } of await proofsOf(db, batch, order, proven)) {
        bytes += proof.length;
        if (bytes > MAX_BYTES) {
          throw new AppError(
            'LIMIT_EXCEEDED',
            `The bundle would exceed ${MAX_BYTES / 1024 / 1024} MiB: disclose fewer parts, or export fewer rows.`,
          );
        }
        proofs.push(proof);
        naming.push({ subjects, leafIndex });
      }
    }
    return proofs;
  };
  const proofs = await proofsOfAll(rows);
  const names = disclose.includes('NAMES') ? await namesBefore(db, naming, head.treeSize) : [];
  const isThere = new Set(places);
  const nameProofs = await proofsOfAll(names.filter(({ leafIndex }) => !isThere.has(leafIndex)));
  const heads = await Promise.all(earlierSizes.map((size) => earlierHead(db, size, proven)));
  const rotations = await rotationProofs(db, proven.head.origin, proven.read);
  const stamps = await stampedHeads(db, places, proven);
  const vkeys = keys.map((key) => key.vkey);
  const bundle = { format: BUNDLE_FORMAT, vkeys, rotations, heads, timeStamps: stamps, proofs, names: nameProofs };
  const text = `${JSON.stringify(bundle, null, 1)}\n`;
  const digest = sha256(Buffer.from(text)).toString('hex');
  await recordAct(db, viewer, {
    action: 'evidence.exported',
    subjectType: 'EvidenceBundle',
    subjectId: newId(),
    reason,
    ...(where && { criteria: { ...namesIn(where), where } }),
    details: { ...(where && { notSealed }), rows: proofs.length, disclosed: disclose, sha256: digest },
  });
  return { text, sha256: digest, rowCount: proofs.length, notSealedCount: notSealed };
}

/**
 * The newest head with cosignatures that contains all of these leaves and earlier heads. Verifiers no longer trust one that only
 * compromised keys signed.
 * @returns null: there is none
 */
async function witnessedHead(
  db: Db,
  keys: readonly StoredKey[],
  places: readonly number[],
  earlierSizes: readonly number[],
): Promise<SignedHead | null> {
  const size = await witnessedSize(db);
  const isLater = size !== null && places.every((place) => place < size) && earlierSizes.every((each) => each <= size);
  const head = isLater ? await headAt(db, size) : null;
  const trusted = keys.flatMap(({ vkey, compromisedAt }) => (compromisedAt === null && readVkey(vkey)) || []);
  return head && openNote(head.checkpoint, trusted) !== null ? head : null;
}

/** Of one kind each, in the same order. */
function batchesOf(rows: readonly SealedRow[]): SealedRow[][] {
  const batches: SealedRow[][] = [];
  for (const row of rows) {
    const last = batches.at(-1);
    if (last && last.length < BATCH && last[0]?.kind === row.kind) last.push(row);
    else batches.push([row]);
  }
  return batches;
}

async function proofsOf(
  db: Db,
  batch: readonly SealedRow[],
  { disclose, check }: BundleOrder,
  tree: ProvenTree,
): Promise<(NamingRow & { proof: string })[]> {
  const kind = batch[0]?.kind as LeafKind;
  const facts = await factsById(
    db,
    kind,
    batch.map(({ id }) => id),
  );
  const payloads = await payloadsToDisclose(db, [...facts.values()], disclose);
  return Promise.all(
    batch.map(async ({ id, leafIndex }) => {
      const row = facts.get(id);
      if (!row) throw new Error(`the ${kind} ${id} was sealed, and is no longer there: run verifyEvidence`);
      check(kind, row);
      const proof = await proofOf(kind, row, leafIndex, tree, disclosedParts(kind, row, disclose, payloads));
      return { proof, leafIndex, subjects: namedSubjects(kind, row) };
    }),
  );
}

/** The first heads with all of these leaves that an authority stamped: since then, the leaves exist. */
async function stampedHeads(db: Db, places: readonly number[], { head, read }: ProvenTree) {
  const from = places.reduce((last, place) => Math.max(last, place), 0) + 1;
  const stamps = await timeStamps(db, head.origin, { from, to: head.treeSize }, TIME_STAMPS);
  return Promise.all(
    stamps.map(async ({ treeSize, answer }) => ({
      checkpoint: await signedText(db, { ...head, treeSize }),
      consistency: base64Of(await consistencyProof(treeSize, head.treeSize, read)),
      answer: answer.toString('base64'),
    })),
  );
}

const base64Of = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('base64'));

async function earlierHead(db: Db, size: number, { head, read }: ProvenTree) {
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
  return { checkpoint: earlier.checkpoint, consistency: base64Of(proof) };
}

// The parts of a row's content, which a proof contains as salted digests and discloses only on demand.

/** The parts of a row by the names of the API: each is a part of its record, and NAMES both parts of the record of a name. */
export const PARTS = {
  BODY: 'body',
  CRITERIA: 'criteria',
  DETAILS: 'details',
  ERROR: 'error',
  HEADERS: 'headers',
  IDEMPOTENCY_KEY: 'idempotencyKey',
  IDENTITY_ISSUER: 'identityIssuer',
  IDENTITY_SUBJECT: 'identitySubject',
  MESSAGE: 'message',
  NAMES: null,
  REASON: 'reason',
  REFERENCE: 'reference',
  REMOTE_ADDRESS: 'remoteAddress',
  RESPONSE: 'response',
  RESPONSE_HEADERS: 'responseHeaders',
  URL: 'url',
  USER_AGENT: 'userAgent',
  WIRE_BODY: 'wireBody',
} as const;
export type Part = keyof typeof PARTS;

/** Salt and content in base64. SHA-256 over both is the digest in the record. */
export interface Disclosed {
  salt: string;
  content: string;
  /** Of a payload: its digest in the record also covers length and type. */
  bytes?: number;
  contentType?: string;
}

interface WithPayloads {
  id: string;
  payloadId?: string | null;
  wirePayloadId?: string | null;
}

/** The payloads of these rows, as far as they are disclosed. */
async function payloadsToDisclose(
  db: Db,
  rows: readonly WithPayloads[],
  parts: readonly Part[],
): Promise<Map<string, SaltedPayload>> {
  const ids = rows.flatMap(({ payloadId, wirePayloadId }) => [
    parts.includes('BODY') ? payloadId : null,
    parts.includes('WIRE_BODY') ? wirePayloadId : null,
  ]);
  return saltedPayloads(
    db,
    ids.filter((id) => id != null),
  );
}

/** Parts that the row does not have are left out. */
function disclosedParts<Kind extends LeafKind>(
  kind: Kind,
  row: FactsOf[Kind] & WithPayloads,
  parts: readonly Part[],
  payloads: ReadonlyMap<string, SaltedPayload>,
): Record<string, Disclosed> {
  const found: Record<string, Disclosed> = {};
  const content = contentOf(kind, row);
  const add = (name: string, disclosed: Disclosed | null) => {
    if (disclosed) found[name] = disclosed;
  };
  for (const part of parts) {
    const name = PARTS[part];
    if (part === 'BODY') add('body', ofPayload(row.payloadId, payloads));
    else if (part === 'WIRE_BODY') add('wireBody', ofPayload(row.wirePayloadId, payloads));
    else if (name !== null) add(name, ofRow(saltOf(kind, row, name), name, content[name]));
    else if (kind === 'name') for (const each in content) add(each, ofRow(row.contentSalt, each, content[each]));
  }
  return found;
}

function ofRow(salt: Buffer | null, name: string, content: string | Buffer | null | undefined): Disclosed | null {
  if (salt === null || content == null) return null;
  return {
    salt: partSalt(salt, name).toString('base64'),
    content: (typeof content === 'string' ? Buffer.from(content) : content).toString('base64'),
  };
}

// the digest of a payload is made with its own salt, because attempts share it
function ofPayload(id: string | null | undefined, payloads: ReadonlyMap<string, SaltedPayload>): Disclosed | null {
  const payload = id == null ? undefined : payloads.get(id);
  if (!payload?.body || !payload.bodySalt) return null;
  const { body, bodySalt, byteLength: bytes, contentType } = payload;
  return { salt: partSalt(bodySalt, 'body').toString('base64'), content: body.toString('base64'), bytes, contentType };
}

// The record of a request has the length of its response, and is hashed as a whole: a proof shows the length.

/**
 * Whether a proof of the row would show a viewer the length of what is masked from them. From the length of a response, a short
 * one can be guessed, such as true or false.
 */
export function hidesLength(masks: Masks, kind: LeafKind, facts: FactsOf[LeafKind]): boolean {
  if (kind !== 'request') return false;
  const { documentType, webhookId } = facts as FactsOf['request'];
  return !masks.of('RESPONSE', { documentType, webhookId }).isWhole;
}
