// From the `after` of somebody who watched before to a place in the feed.

import { currentMs } from '../../clock';
import { quoted } from '../../errors';
import { timeOfId, uuidOf } from '../../ids';
import { refuse } from '../../refuse-argument';
import type { Db } from '../../sql/db';
import { readChangeId } from './change-id';
import { findRequestInFeed, timeOfChange } from './feed-resume.store';
import type { FeedPosition } from './request-change.store';

/** The feed holds 24 hours; what somebody has begun to read must still be there when they come to it. */
export const RESUME_HOURS = 20;

/**
 * A request's id holds the time on the clock of whoever made it, the feed has the database's clock; and a transaction that
 * was under way then may have been noted a little earlier.
 */
const MARGIN_MS = 10_000;

/** A place in the feed, and what of the change in which it lies is behind it. */
export interface ResumePoint {
  position: FeedPosition;
  behind: { changeId: string; index: number } | null;
}

/**
 * @param after the id of a change: exactly behind it; or of a request: from a little before the time of that request on
 * @throws AppError BAD_USER_INPUT when it is neither, or the feed no longer reaches back so far
 */
export async function resumePoint(db: Db, after: string): Promise<ResumePoint> {
  const place = readChangeId(after);
  if (place) {
    refuseOld(after, await timeOfChange(db, place.changeId));
    const { from, to, changeId, index } = place;
    // the change itself once more: others in it may be next
    return { position: { from, to, afterId: String(BigInt(changeId) - 1n) }, behind: { changeId, index } };
  }
  const requestId = uuidOf('WebhookRequestLog', after);
  if (requestId === null) {
    refuse(['after'], `${quoted(after)} is neither the id of a change nor that of a WebhookRequestLog`);
  }
  const found = await findRequestInFeed(db, requestId, new Date(timeOfId(requestId).getTime() - MARGIN_MS));
  refuseOld(after, found?.at ?? null);
  return { position: { from: `${found?.xid}:${found?.xid}:`, to: null, afterId: '0' }, behind: null };
}

function refuseOld(after: string, at: Date | null): void {
  if (at && currentMs() - at.getTime() < RESUME_HOURS * 3_600_000) return;
  refuse(
    ['after'],
    `${quoted(after)} is older than what can be resumed, the last ${RESUME_HOURS} hours. Read the list ` +
      '(`webhookRequestLogs`) for what happened since, and subscribe without `after`',
  );
}
