// The newest head as deliveries carry it: partners get it with what they get anyway.
import type { Db } from '../../sql/db';
import { readCheckpoint } from '../formats/signed-note';
import { newestHead } from '../head.store';

/** Heads are signed once a second. */
const KEPT_MS = 1_000;

/**
 * Reads the newest head at most once a second, when an attempt needs it. Whichever process signed it, it is in the database.
 * @returns `<size>:<root hash in base64>`; null: nothing was sealed yet
 */
export function createHeadReader(): (db: Db) => Promise<string | null> {
  let kept: string | null | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return async (db) => {
    const now = performance.now();
    if (kept !== undefined && now - readAt < KEPT_MS) return kept;
    readAt = now;
    const head = readCheckpoint((await newestHead(db))?.checkpoint ?? '');
    kept = head && `${head.treeSize}:${head.rootHash.toString('base64')}`;
    return kept;
  };
}
