// Checks the proofs of other parties: that each is of the stored head, and, of parties that are trusted, when they knew it.
import type { X509Certificate } from 'node:crypto';
import type { Db } from '../../../sql/db';
import { FIRST_ID } from '../../../values/ids';
import { isQueryOf } from '../../anchors/time-stamp';
import {
  type Checkpoint,
  checkpointText,
  cosignatureOf,
  cosignedAt,
  readCheckpoint,
  SIGNATURE_LINE,
  type VerifierKey,
} from '../../formats/signed-note';
import { checkTimeStamp, WrongTimeStamp } from '../../formats/time-stamp-token';
import type { Findings } from './findings';
import { anchorsAfter, type CheckedAnchor, targetsWithoutHead, wrongAnchors } from './tree-rows.store';

const PAGE = 500;
/** Heads that witnesses cosigned and that are gone. */
const MAX_LOST = 1_000;

/** The parties that a verification believes. */
export interface TrustedParties {
  witnesses: readonly VerifierKey[];
  authorities: readonly X509Certificate[];
}

/** That a trusted party knew a head. */
export interface ProvenHead {
  head: Checkpoint;
  by: string;
  time: Date;
}

/** A cosignature whose head is gone: it is compared with the tree of its size. */
export interface LostHead {
  treeSize: number;
  by: string;
  /** Whether the witness cosigned this tree. */
  isOf(rootHash: Buffer): boolean;
}

export interface CheckedAnchors {
  proven: ProvenHead[];
  lost: LostHead[];
}

export async function checkAnchors(db: Db, parties: TrustedParties, findings: Findings): Promise<CheckedAnchors> {
  const checked: CheckedAnchors = { proven: [], lost: [] };
  for (let after: string = FIRST_ID; ; ) {
    const page = await anchorsAfter(db, after, PAGE);
    for (const anchor of page) {
      const fault = faultOf(anchor, parties, checked);
      const treeSize = anchor.treeSize ?? null;
      if (fault !== null) findings.add('BAD_ANCHOR', `The proof of ${anchor.by}: ${fault}.`, { treeSize });
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.id;
  }
  for (const { treeSize } of await wrongAnchors(db)) {
    findings.add('BAD_ANCHOR', 'An anchor is there twice, or lacks a value.', { treeSize });
  }
  for (const { by, treeSize } of await targetsWithoutHead(db)) {
    findings.add('BAD_HEAD', `${by} got a head of ${treeSize} leaves, and there is none.`, { treeSize });
  }
  return checked;
}

/** @param checked gains what the anchor proves */
function faultOf(anchor: CheckedAnchor, parties: TrustedParties, checked: CheckedAnchors): string | null {
  if (anchor.kind === 'EVENT') return anchor.hasProof ? 'an own event has none' : null;
  if (anchor.proof === null || anchor.proof.length === 0) return 'it is gone, or too large for one';
  if (anchor.kind === 'WITNESS') return faultOfCosignature(anchor, anchor.proof.toString(), parties, checked);
  return anchor.kind === 'RFC3161' ? faultOfTimeStamp(anchor, anchor.proof, parties, checked) : null;
}

function faultOfCosignature(
  { by, origin, treeSize, checkpoint }: CheckedAnchor,
  line: string,
  { witnesses }: TrustedParties,
  { proven, lost }: CheckedAnchors,
): string | null {
  if (!SIGNATURE_LINE.test(line) || !line.startsWith(`— ${by} `)) return 'it is no line of this witness';
  const keys = witnesses.filter(({ name }) => name === by);
  // a witness that the policy no longer names
  if (keys.length === 0) return null;
  const isOver = (text: string) => keys.some((key) => cosignatureOf(`${text}\n`, line, key) !== '');
  if (checkpoint === null) {
    if (lost.length < MAX_LOST && treeSize !== null) {
      const isOf = (rootHash: Buffer) => isOver(checkpointText({ origin: origin ?? '', treeSize, rootHash }));
      lost.push({ treeSize, by: by as string, isOf });
    }
    return null;
  }
  const head = readCheckpoint(checkpoint);
  if (!head || !isOver(checkpoint.slice(0, checkpoint.lastIndexOf('\n\n') + 1))) {
    return 'it is of another head than the stored one, which was replaced, or the proof was edited';
  }
  proven.push({ head, by: by as string, time: cosignedAt(line) });
  return null;
}

function faultOfTimeStamp(
  { by, checkpoint, query }: CheckedAnchor,
  answer: Buffer,
  { authorities }: TrustedParties,
  { proven }: CheckedAnchors,
): string | null {
  const head = readCheckpoint(checkpoint ?? '');
  if (checkpoint === null || !head) return 'its head is gone';
  try {
    const { time, nonce, isTrusted, by: signer } = checkTimeStamp(answer, checkpoint, authorities);
    if (!isQueryOf(query, checkpoint, nonce)) return 'it answers another query';
    if (isTrusted) proven.push({ head, by: by as string, time });
    return isTrusted || authorities.length === 0
      ? null
      : `it is signed by ${signer}, for which no trusted certificate vouches`;
  } catch (error) {
    if (error instanceof WrongTimeStamp) return error.message;
    throw error;
  }
}
