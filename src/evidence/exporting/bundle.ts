// A bundle: the proofs of many rows as one JSON text, for verify-evidence.mjs.
import { namesIn } from '../../audit/criteria';
import { recordAct } from '../../audit/write-audit-entry';
import { AppError, InputError } from '../../errors';
import { newId } from '../../ids';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import type { FactsOf, LeafKind } from '../formats/leaf-kinds';
import { sha256 } from '../formats/merkle-tree';
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
import { namedSubjects } from '../names/named-subjects';
import { type NamingRow, namesBefore } from '../names/names-before';
import { rotationProofs } from '../rotation-proofs';
import { type ProvenTree, proofOf } from '../row-proof';
import { factsById } from '../sealed-rows.store';
import { disclosedParts, type Part, payloadsToDisclose } from './disclosed-parts';

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
