// Finds repeated calls by their id and, if the id is not signed, also by their content.
import { createHmac, createSecretKey, hash } from 'node:crypto';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { type CallClaim, claimCallIds, type FirstCall, redirectCallIds } from './received-call.store';

/** A call, and the hashes that identify it. */
export interface KnownCall extends FirstCall {
  readonly hashes: readonly Buffer[];
}

/** The hash of the id of a call. */
export function callIdHash(callId: string): Buffer {
  // UTF-8 would replace every unpaired surrogate by the same character, and different ids would be equal
  return hash('sha256', Buffer.from(callId, 'utf16le'), 'buffer');
}

// a text would be read as a key for each call, which takes several times as long as the HMAC
const CONTENT_KEY = createSecretKey('content of a call', 'utf8');

/**
 * The hash of the content of a call, independent of its id. It covers secret and body instead of the signature, which
 * can be written in several ways. It is keyed, so that it never equals the hash of an id.
 */
export function contentHash(event: string, secretId: string | null, body: Buffer): Buffer {
  const names = JSON.stringify([event, secretId]);
  return createHmac('sha256', CONTENT_KEY).update(`${names}\n`).update(body).digest();
}

/** @returns for each call the first one with the same hashes, which may be itself; undefined: it has no hashes */
export async function firstCalls(db: Db, calls: readonly (KnownCall | null)[]): Promise<(FirstCall | undefined)[]> {
  const claims = calls.map((call) => (call === null ? [] : claimsOf(call)));
  const made = claims.flat();
  if (made.length === 0) return calls.map(() => undefined);
  const taken = await takenBy(db, made);
  const redirected: CallClaim[] = [];
  const found = claims.map((own) => {
    const held = own.map((claim) => taken.get(keyOf(claim)) as CallClaim);
    const first = held.find((claim, at) => claim.requestId !== own[at]?.requestId) ?? held[0];
    // its other hash must point to the first call as well, because this call becomes no event
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

/** The call of each hash; of two in the same batch, the first. */
async function takenBy(db: Db, claims: readonly CallClaim[]): Promise<Map<string, CallClaim>> {
  const firsts = new Map(claims.toReversed().map((claim) => [keyOf(claim), claim]));
  const ordered = [...firsts.keys()].sort().map((key) => firsts.get(key) as CallClaim);
  const taken = await claimCallIds(db, ordered, currentTime());
  return new Map(taken.map((claim) => [keyOf(claim), claim]));
}

function keyOf({ webhookId, idHash }: CallClaim): string {
  return `${webhookId} ${idHash.toString('base64')}`;
}
