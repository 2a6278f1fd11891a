// The newest head as deliveries carry it: partners get it with what they get anyway.
import type { Db } from '../../sql/db';
import { sentHead } from '../formats/signed-note';
import { newestHead, signedText } from '../head.store';

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
