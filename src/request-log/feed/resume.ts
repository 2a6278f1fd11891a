// Finds the position in the feed for the `after` of a subscription.

import { quoted } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentMs } from '../../time/clock';
import { timeOfId, uuidOf } from '../../values/ids';
import { refuse } from '../../values/refuse-argument';
import { readChangeId } from './change-id';
import {
  findRequestInFeed,
  lastChangeBefore,
  oldestWriterSince,
  type RequestInFeed,
  timeOfChange,
} from './feed-position.store';
import type { FeedPositionOfRun } from './read-feed.store';

/** The feed keeps 24 hours. The margin is the time in which a resumed subscription reads the old changes. */
export const RESUME_HOURS = 20;

/**
 * The id of a request has the time of the process that made it, the feed that of the database. Also, a transaction in
 * progress at that time may have written to the feed a little earlier.
 */
const MARGIN_MS = 10_000;

/** The snapshot in which no transaction is visible. */
export const NOTHING_SEEN = '1:1:';

/** A position in the feed, and the part of the next change that the client already has. */
export interface ResumePoint {
  position: FeedPositionOfRun;
  delivered: { changeId: string; index: number } | null;
}

/**
 * @param after the id of a change: exactly after it, or a little before it, if the database was started since; or of a request or delivery: from a little before its time
 * @throws AppError BAD_USER_INPUT if it is neither, or if it is older than the feed
 */
export async function resumePoint(db: Db, after: string): Promise<ResumePoint> {
  const place = readChangeId(after);
  if (place) {
    const { from, to, changeId, index } = place;
    const { run, at } = await timeOfChange(db, changeId);
    if (run !== place.run) return afterRestart(db, after, run, new Date(place.at));
    refuseOld(after, at);
    // reads the change itself again, because other requests in it may follow
    return { position: { from, to, afterId: String(BigInt(changeId) - 1n), run }, delivered: { changeId, index } };
  }
  const deliveryId = uuidOf('Delivery', after);
  if (deliveryId !== null) return sinceTime(db, after, timeOfId(deliveryId));
  const requestId = uuidOf('WebhookRequestLog', after);
  if (requestId === null) {
    refuse(['after'], `${quoted(after)} is neither the id of a change nor that of a WebhookRequestLog or Delivery`);
  }
  const found = await findRequestInFeed(db, requestId, new Date(timeOfId(requestId).getTime() - MARGIN_MS));
  refuseOld(after, found?.at ?? null);
  const { xid, run } = found as RequestInFeed;
  return { position: { from: `${xid}:${xid}:`, to: null, afterId: '0', run }, delivered: null };
}

async function sinceTime(db: Db, after: string, time: Date): Promise<ResumePoint> {
  refuseOld(after, time);
  const { xid, run } = await oldestWriterSince(db, new Date(time.getTime() - MARGIN_MS));
  return { position: { from: `${xid}:${xid}:`, to: null, afterId: '0', run }, delivered: null };
}

// The database may have lost the change, and have given the numbers of its transactions to others.
async function afterRestart(db: Db, after: string, run: string, at: Date): Promise<ResumePoint> {
  refuseOld(after, at);
  const afterId = await lastChangeBefore(db, new Date(at.getTime() - MARGIN_MS));
  return { position: { from: NOTHING_SEEN, to: null, afterId, run }, delivered: null };
}

function refuseOld(after: string, at: Date | null): void {
  if (at && currentMs() - at.getTime() < RESUME_HOURS * 3_600_000) return;
  refuse(
    ['after'],
    `${quoted(after)} is too old: subscriptions can be resumed for ${RESUME_HOURS} hours. Read the changes since then ` +
      'from `webhookRequestLogs` or `deliveries`, and subscribe without `after`',
  );
}
