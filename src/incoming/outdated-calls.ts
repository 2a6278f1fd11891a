// Calls are decided by settings that are cached. The transaction that records them compares the versions.
import { currentTime } from '../clock';
import type { Db } from '../sql/db';
import { targetsOfTokens } from '../webhooks/incoming/incoming-token.store';
import type { DecidedCall } from './decided-call';

/** Thrown in the transaction, which is rolled back: what it has claimed for these calls must not remain. */
export class OutdatedCalls extends Error {
  /** @param calls to be decided again */
  constructor(readonly calls: ReadonlySet<DecidedCall>) {
    super(`${calls.size} calls were accepted by settings that have changed`);
    this.name = 'OutdatedCalls';
  }
}

/**
 * The calls that were accepted by settings that have changed, or at an address that has expired. Refused calls are not compared: their
 * settings were read just before.
 */
export async function outdatedCalls(db: Db, calls: readonly DecidedCall[]): Promise<ReadonlySet<DecidedCall>> {
  const accepted = calls.filter(({ decision }) => decision.accepted);
  if (accepted.length === 0) return new Set();
  const hashes = new Map(accepted.map(({ call, tokenHash }) => [call.token, tokenHash]));
  const targets = await targetsOfTokens(db, [...hashes.values()], currentTime());
  const versions = new Map(targets.map(({ hash, version }) => [hash.toString('base64'), version]));
  const current = new Map([...hashes].map(([token, hash]) => [token, versions.get(hash.toString('base64'))]));
  return new Set(accepted.filter(({ call, settings }) => current.get(call.token) !== settings.row.version));
}
