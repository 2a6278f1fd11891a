// Decides whether a call passes verification, before its content is used.
import type { IncomingCall } from './call';
import { type Claim, isRefusal, type Proof, type Refusal, type VerificationSecret } from './claim';
import type { Provider, VerificationSettings } from './provider';

/** How the calls of a webhook are verified. */
export interface Agreement {
  readonly provider: Provider;
  readonly settings: VerificationSettings;
  /** The maximum difference between the signed time and now, in either direction. */
  readonly toleranceSeconds: number;
  /** Live and retired secrets, newest first. */
  readonly secrets: readonly VerificationSecret[];
}

/** `secretId`: the secret that verified the call; null: no verification is required. */
export type Judgement = { accepted: true; secretId: string | null } | ({ accepted: false } & Refusal);

/** Retired secrets only explain a refusal. The limit keeps the cost of a flood of invalid signatures constant. */
const MAX_RETIRED = 10;

/** @param decodedBody null: the body has no content encoding */
export function judge(call: IncomingCall, decodedBody: Buffer | null, agreement: Agreement, nowMs: number): Judgement {
  const claim = readClaim(call, decodedBody, agreement);
  if (isRefusal(claim)) return refused(claim);
  if (claim.proofs.length === 0) return { accepted: true, secretId: null };
  const unreadable = claim.proofs.map(({ signedAt }) => signedAt).find(isRefusal);
  if (unreadable) return refused(unreadable);
  const bodies = decodedBody === null ? [call.body] : [call.body, decodedBody];
  const found = findConfirmation(claim, liveSecrets(agreement, nowMs), bodies);
  if (found === null) return refused(whyUnconfirmed(claim, agreement, bodies, nowMs));
  const fault = timeFault(found.proof, agreement.toleranceSeconds, nowMs);
  return fault ? refused(fault) : { accepted: true, secretId: found.secret.id };
}

/** The claim of the call. Some providers put it into the body, which must be decoded for this. */
export function readClaim(call: IncomingCall, decodedBody: Buffer | null, agreement: Agreement): Claim | Refusal {
  const readable = decodedBody === null ? call : { ...call, body: decodedBody };
  return agreement.provider.read(readable, agreement.settings);
}

export function liveSecrets({ secrets }: Agreement, nowMs: number): VerificationSecret[] {
  return secrets.filter((secret) => !isRetired(secret, nowMs));
}

/** The newest ten retired secrets. */
export function retiredSecrets({ secrets }: Agreement, nowMs: number): VerificationSecret[] {
  return secrets.filter((secret) => isRetired(secret, nowMs)).slice(0, MAX_RETIRED);
}

function isRetired({ expiresAt }: VerificationSecret, nowMs: number): boolean {
  return expiresAt !== null && expiresAt.getTime() <= nowMs;
}

export interface Confirmation {
  readonly proof: Proof;
  readonly secret: VerificationSecret;
  readonly body: Buffer;
}

/** The first proof that a secret verifies. @param bodies what the partner may have signed, the received bytes first */
export function findConfirmation(
  { proofs }: Claim,
  secrets: readonly VerificationSecret[],
  bodies: readonly Buffer[],
): Confirmation | null {
  for (const body of bodies) {
    for (const secret of secrets) {
      const proof = proofs.find((each) => each.holdsWith(secret, body));
      if (proof) return { proof, secret, body };
    }
  }
  return null;
}

function whyUnconfirmed(claim: Claim, agreement: Agreement, bodies: readonly Buffer[], nowMs: number): Refusal {
  const retired = findConfirmation(claim, retiredSecrets(agreement, nowMs), bodies);
  if (retired) return { code: 'UNKNOWN_KEY', message: retiredMessage(retired.secret) };
  // called for a claim with proofs
  if (liveSecrets(agreement, nowMs).length > 0) return claim.proofs[0]!.otherwise;
  const none = agreement.secrets.length === 0 ? 'There is no secret yet' : 'Every secret was retired';
  return { code: 'UNKNOWN_KEY', message: `${none}: give it with rotateWebhookSecret.` };
}

function retiredMessage({ expiresAt }: VerificationSecret): string {
  return `The call was signed with the secret that was retired on ${expiresAt?.toISOString()}.`;
}

/** A refusal with STALE, or null. Call it only for a verified proof: without verification, the time can be forged. */
export function timeFault({ signedAt, validity }: Proof, toleranceSeconds: number, nowMs: number): Refusal | null {
  if (validity !== null && nowMs < validity.fromMs)
    return stale(`${validity.what} is not valid before`, validity.fromMs);
  if (validity !== null && nowMs > validity.toMs) return stale(`${validity.what} expired on`, validity.toMs);
  if (isRefusal(signedAt)) return signedAt;
  const age = signedAt === null ? 0 : Math.floor(nowMs / 1000) - signedAt;
  if (Math.abs(age) <= toleranceSeconds) return null;
  const distance = age > 0 ? `${age} seconds ago` : `${-age} seconds in the future`;
  return { code: 'STALE', message: `The call was signed ${distance}; at most ${toleranceSeconds} are tolerated.` };
}

function stale(what: string, ms: number): Refusal {
  return { code: 'STALE', message: `${what} ${new Date(ms).toISOString()}.` };
}

function refused(refusal: Refusal): Judgement {
  return { accepted: false, ...refusal };
}
