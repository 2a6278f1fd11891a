// Sends signed heads to webhooks, witnesses and a time-stamp authority, which keep them.

import type { Sender } from '../../delivery/http/send';
import { findDeliveriesPause } from '../../delivery/pause/deliveries-pause.store';
import { headSigned } from '../../events/own-events';
import { publishOwnEvents } from '../../events/publish-own-events';
import type { Db } from '../../sql/db';
import type { Transaction } from '../../sql/transactions';
import { currentTime } from '../../time/clock';
import { newId } from '../../values/ids';
import { readCheckpoint, sentHead } from '../formats/signed-note';
import { isSize } from '../formats/tree-proofs';
import { newestHead, type SignedHead, signedText } from '../head.store';
import { tilesOf } from '../tree.store';
import {
  anchorTargets,
  hasForeignLeaves,
  hasSubscribers,
  insertAnchor,
  noteAnchored,
  noteFailure,
  setTargets,
  type Target,
  type TargetKind,
  takeTarget,
} from './anchor.store';
import { type Authority, timeStamp } from './time-stamp';
import { cosign, type Witness } from './witness';

const MINUTE_MS = 60_000;
/** The minimum time between two heads for the same target. */
const INTERVAL_MS: Record<TargetKind, number> = {
  EVENT: 10 * MINUTE_MS,
  WITNESS: 10 * MINUTE_MS,
  RFC3161: 24 * 60 * MINUTE_MS,
};
const FAILED_INTERVAL_MS = 10 * MINUTE_MS;
/** Webhooks that subscribe to the event. */
const SUBSCRIBERS = 'webhooks';

export interface AnchorParts {
  db: Db;
  transaction: Transaction;
  sender: Sender;
  witnesses: readonly Witness[];
  /** null: none. */
  authority: Authority | null;
  /** Called with what is kept in `evidenceStatus` too. */
  onFailure(target: Pick<Target, 'kind' | 'by'>, error: string): void;
}

export interface Anchoring {
  /** Sends the newest head to each target that is due, unless deliveries are paused. @returns whether it waits for the time of some */
  step(): Promise<boolean>;
}

export function createAnchoring(parts: AnchorParts): Anchoring {
  const { db, witnesses, authority } = parts;
  // sizes of trees without news for a target, so that an idle process does not look again
  const withoutNews = new Map<string, number>();
  let isSet = false;

  async function whetherToSend(target: Target, head: SignedHead, now: Date): Promise<'NOW' | 'LATER' | 'NOT'> {
    if (target.orderedAt !== null) return 'NOW';
    const from = knownSize(target, head);
    const key = `${target.kind} ${target.by}`;
    if (head.treeSize <= from || withoutNews.get(key) === head.treeSize) return 'NOT';
    const interval = hasSucceeded(target) ? INTERVAL_MS[target.kind] : FAILED_INTERVAL_MS;
    if (target.triedAt !== null && now.getTime() - target.triedAt.getTime() < interval) return 'LATER';
    const isWanted = target.kind !== 'EVENT' || (await hasSubscribers(db, 'evidence.head_signed'));
    if (isWanted && (await hasForeignLeaves(db, from, head.treeSize))) return 'NOW';
    withoutNews.set(key, head.treeSize);
    return 'NOT';
  }

  return {
    async step() {
      if (!isSet) await setTargets(db, targetsOf(witnesses, authority));
      isSet = true;
      const head = await newestHead(db);
      if (!head) return false;
      let isLater = false;
      for (const target of await anchorTargets(db)) {
        const now = currentTime();
        const due = await whetherToSend(target, head, now);
        // a restored copy may have another history than the one that is known
        const when = due === 'NOW' && (await findDeliveriesPause(db)) ? 'LATER' : due;
        if (when === 'NOW') await anchor(parts, target, head, now);
        isLater ||= when === 'LATER';
      }
      return isLater;
    },
  };
}

/** Whether the last try ended with an anchor. A process that ended before the answer came left no error. */
function hasSucceeded({ triedAt, anchoredAt }: Target): boolean {
  return triedAt === null || (anchoredAt !== null && anchoredAt >= triedAt);
}

/** The size that was anchored last; 0: none, or not one of a tree that the log has, which a party answers with what it knows. */
function knownSize({ anchoredSize }: Target, head: SignedHead): number {
  return anchoredSize !== null && isSize(anchoredSize) && anchoredSize <= head.treeSize ? anchoredSize : 0;
}

function targetsOf(witnesses: readonly Witness[], authority: Authority | null): Pick<Target, 'kind' | 'by'>[] {
  return [
    { kind: 'EVENT', by: SUBSCRIBERS },
    ...witnesses.map(({ key }) => ({ kind: 'WITNESS' as const, by: key.name })),
    ...(authority === null ? [] : [{ kind: 'RFC3161' as const, by: authority.url }]),
  ];
}

async function anchor(parts: AnchorParts, target: Target, head: SignedHead, now: Date): Promise<void> {
  const { db, transaction, onFailure } = parts;
  if (target.kind === 'EVENT') {
    await transaction((own) => publish(own, target, head, now));
    return;
  }
  if (!(await takeTarget(db, target, now))) return;
  try {
    const { query = null, proof } = await proofOf(parts, target, head);
    const at = currentTime();
    await transaction(async (own) => {
      await insertAnchor(own, { ...anchorOf(target, head), query, proof, at });
      await noteAnchored(own, target, head.treeSize, at);
    });
  } catch (error) {
    const { message } = error as Error;
    await noteFailure(db, target, message);
    onFailure(target, message);
  }
}

function anchorOf({ kind, by }: Target, { origin, treeSize }: SignedHead) {
  return { id: newId(), origin, treeSize, kind, by };
}

async function publish(db: Db, target: Target, head: SignedHead, now: Date): Promise<void> {
  if (!(await takeTarget(db, target, now))) return;
  const rootHash = readCheckpoint(head.checkpoint)?.rootHash.toString('base64') ?? '';
  await publishOwnEvents(db, [headSigned({ ...head, rootHash })]);
  await insertAnchor(db, { ...anchorOf(target, head), query: null, proof: null, at: now });
  await noteAnchored(db, target, head.treeSize, now);
}

/** @throws Error why there is none */
async function proofOf(
  { db, sender, witnesses, authority }: AnchorParts,
  target: Target,
  head: SignedHead,
): Promise<{ query?: Buffer; proof: Buffer }> {
  const { kind, by } = target;
  if (kind === 'RFC3161') {
    if (authority?.url !== by) throw new Error('This process has another time-stamp authority.');
    const { query, answer } = await timeStamp(sender, authority, await signedText(db, head));
    return { query, proof: answer };
  }
  const witness = witnesses.find(({ key }) => key.name === by);
  if (!witness) throw new Error('The policy of this process does not name the witness.');
  const signed = { ...head, checkpoint: await signedText(db, head) };
  const from = knownSize(target, head);
  return { proof: Buffer.from(await cosign(sender, witness, signed, from, tilesOf(db))) };
}

// The newest head as deliveries carry it: partners get it with what they get anyway.

/** Heads are signed once a second. */
const KEPT_MS = 1_000;

/**
 * Reads the newest head at most once a second, when an attempt needs it. Whichever process signed it, it is in the database.
 * @returns the value of the header; null: nothing was sealed yet
 */
export function createHeadReader(): (db: Db) => Promise<string | null> {
  let kept: string | null | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return async (db) => {
    const now = performance.now();
    if (kept !== undefined && now - readAt < KEPT_MS) return kept;
    readAt = now;
    const head = await newestHead(db);
    kept = head && sentHead(await signedText(db, head));
    return kept;
  };
}
