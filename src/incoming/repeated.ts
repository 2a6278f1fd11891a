// Which calls came before: by their id and, where nothing signs that, by their content as well.
import { createHash, createHmac } from 'node:crypto';
import { currentTime } from '../clock';
import type { Db } from '../sql/db';
import { type CallClaim, claimCallIds, type FirstCall, redirectCallIds } from './record.store';

/** A call, and all by which it is known. */
export interface KnownCall extends FirstCall {
  readonly hashes: readonly Buffer[];
}

/** By which a repeated call is found. */
export function callIdHash(callId: string): Buffer {
  // UTF-8 would write one character for every half of a surrogate pair, and two ids would be one
  return createHash('sha256').update(callId, 'utf16le').digest();
}

/**
 * By which the same content is found, whatever id it comes with. The secret and the body are what makes a signature, which
 * itself can be written in several ways. Keyed, so that it is never the hash of an id.
 */
export function contentHash(event: string, secretId: string | null, body: Buffer): Buffer {
  const names = JSON.stringify([event, secretId]);
  return createHmac('sha256', 'content of a call').update(`${names}\n`).update(body).digest();
}

/** @returns for each the first call that is known by the same, which may be itself; undefined: it is known by nothing */
export async function firstCalls(db: Db, calls: readonly (KnownCall | null)[]): Promise<(FirstCall | undefined)[]> {
  const claims = calls.map((call) => (call === null ? [] : claimsOf(call)));
  const made = claims.flat();
  if (made.length === 0) return calls.map(() => undefined);
  const taken = await takenBy(db, made);
  const redirected: CallClaim[] = [];
  const found = claims.map((own) => {
    const held = own.map((claim) => taken.get(keyOf(claim)) as CallClaim);
    const first = held.find((claim, at) => claim.requestId !== own[at]?.requestId) ?? held[0];
    // what else it is known by must lead to the first as well: this call becomes nothing that could be pointed to
    for (const [at, claim] of held.entries()) {
      if (first === undefined || claim.requestId !== own[at]?.requestId || claim.requestId === first.requestId)
        continue;
      const { requestId, businessEventId } = first;
      const moved = { ...claim, requestId, businessEventId };
      taken.set(keyOf(claim), moved);
      redirected.push(moved);
    }
    return first;
  });
  if (redirected.length > 0) await redirectCallIds(db, redirected);
  return found;
}

function claimsOf({ hashes, webhookId, requestId, businessEventId }: KnownCall): CallClaim[] {
  return hashes.map((idHash) => ({ webhookId, idHash, requestId, businessEventId }));
}

/** What each hash stands for: the first of two that came together. */
async function takenBy(db: Db, claims: readonly CallClaim[]): Promise<Map<string, CallClaim>> {
  const firsts = new Map(claims.toReversed().map((claim) => [keyOf(claim), claim]));
  const ordered = [...firsts.keys()].sort().map((key) => firsts.get(key) as CallClaim);
  const taken = await claimCallIds(db, ordered, currentTime());
  return new Map(taken.map((claim) => [keyOf(claim), claim]));
}

function keyOf({ webhookId, idHash }: CallClaim): string {
  return `${webhookId} ${idHash.toString('base64')}`;
}
