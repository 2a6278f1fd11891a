// Finds out which part of a call is at fault, and by how much, to help a partner correct it.
import type { IncomingCall } from '../call';
import { type Claim, isRefusal, type Proof, type Refusal } from '../claim';
import {
  type Agreement,
  type Confirmation,
  findConfirmation,
  type Judgement,
  judge,
  liveSecrets,
  readClaim,
  retiredSecrets,
  timeFault,
} from '../judge';
import { type Finding, findExplanation } from './try-variants';

/** WEBHOOK and KEPT: checks of the webhook and of the recorded call, which callers of this file add. */
export const CHECK_NAMES = ['WEBHOOK', 'KEPT', 'HEADERS', 'TIMESTAMP', 'SIGNATURE', 'SECRET', 'BODY'] as const;
export type CheckName = (typeof CHECK_NAMES)[number];

export interface Check {
  readonly name: CheckName;
  /** null: the check could not be decided, or the message is a remark. */
  readonly passed: boolean | null;
  readonly message: string;
}

export interface Explanation {
  readonly judgement: Judgement;
  /** The checks in the order in which they were made. */
  readonly checks: readonly Check[];
}

/**
 * Like `judge`, and also searches for the cause of a refusal: other forms of the body, the signature, the URL and the
 * secret. It takes at most one second. No message contains a secret or a valid signature.
 * @param decodedBody null: the body has no content encoding
 */
export function explainCall(
  call: IncomingCall,
  decodedBody: Buffer | null,
  agreement: Agreement,
  nowMs: number,
): Explanation {
  const judgement = judge(call, decodedBody, agreement, nowMs);
  const claim = readClaim(call, decodedBody, agreement);
  const read = decodedBody === null ? call : { ...call, body: decodedBody };
  if (isRefusal(claim)) return { judgement, checks: unreadChecks(claim, findExplanation(read, agreement, nowMs)) };
  if (claim.proofs.length === 0) return { judgement, checks: [NOTHING_TO_CONFIRM] };
  const secrets = [...liveSecrets(agreement, nowMs), ...retiredSecrets(agreement, nowMs)];
  const bodies = decodedBody === null ? [call.body] : [call.body, decodedBody];
  const found = findConfirmation(claim, secrets, bodies);
  // there is one: see above
  const proof = found?.proof ?? claim.proofs[0]!;
  const rest = found
    ? confirmedChecks(found, agreement, nowMs)
    : unconfirmedChecks(claim, agreement, nowMs, findExplanation(read, agreement, nowMs));
  return { judgement, checks: [headersCheck(agreement), timeCheck(proof, agreement, nowMs, found !== null), ...rest] };
}

const NOTHING_TO_CONFIRM: Check = {
  name: 'SIGNATURE',
  passed: null,
  message: 'No verification is configured: calls from anyone who knows the address are accepted.',
};

function unreadChecks(refusal: Refusal, finding: Finding | null): Check[] {
  const headers: Check = { name: 'HEADERS', passed: false, message: refusal.message };
  return finding ? [headers, findingCheck(finding)] : [headers];
}

function findingCheck({ of, message }: Finding): Check {
  return { name: of, passed: false, message };
}

function headersCheck({ provider }: Agreement): Check {
  return { name: 'HEADERS', passed: true, message: `Everything that ${provider.title} needs is present and readable.` };
}

function timeCheck(
  proof: Proof,
  { provider, toleranceSeconds }: Agreement,
  nowMs: number,
  isConfirmed: boolean,
): Check {
  const fault = timeFault(proof, toleranceSeconds, nowMs);
  const message = timeMessage(proof, fault, provider.title, toleranceSeconds, nowMs);
  const isTold = proof.signedAt !== null || proof.validity !== null;
  const doubt = isTold && !isConfirmed ? ' No secret confirms this.' : '';
  return { name: 'TIMESTAMP', passed: isTold ? fault === null : null, message: message + doubt };
}

function confirmedChecks({ proof, secret, body }: Confirmation, agreement: Agreement, nowMs: number): Check[] {
  const isLive = liveSecrets(agreement, nowMs).includes(secret);
  const made = `made on ${secret.createdAt.toISOString()}`;
  const retired = `It is the secret ${made}, which was retired on ${secret.expiresAt?.toISOString()}: a live one is needed.`;
  const isSigned = !proof.holdsWith(secret, Buffer.concat([body, Buffer.from([0])]));
  return [
    { name: 'SIGNATURE', passed: true, message: 'The signature, token or certificate is right.' },
    { name: 'SECRET', passed: isLive, message: isLive ? `It is the live secret ${made}.` : retired },
    isSigned
      ? { name: 'BODY', passed: true, message: 'The body is what was signed, byte for byte.' }
      : { name: 'BODY', passed: null, message: 'The body is not signed, so a change of it cannot be detected.' },
  ];
}

// called for a claim with proofs
function unconfirmedChecks({ proofs }: Claim, agreement: Agreement, nowMs: number, finding: Finding | null): Check[] {
  const signature: Check = { name: 'SIGNATURE', passed: false, message: proofs[0]!.otherwise.message };
  if (finding === null) return [signature, noSecretCheck(agreement, nowMs)];
  const { expiresAt } = finding.secret;
  const isRetired = expiresAt !== null && expiresAt.getTime() <= nowMs;
  const message = `The secret that makes it right was retired on ${expiresAt?.toISOString()}.`;
  const retired: Check[] = isRetired ? [{ name: 'SECRET', passed: false, message }] : [];
  return [signature, findingCheck(finding), ...retired];
}

function noSecretCheck(agreement: Agreement, nowMs: number): Check {
  const live = liveSecrets(agreement, nowMs).length;
  if (live === 0) {
    const message = 'There is no live secret: give one with rotateWebhookSecret.';
    return { name: 'SECRET', passed: false, message };
  }
  const secrets = live === 1 ? 'the live secret' : `any of ${live} live secrets`;
  const message =
    `The signature is not right with ${secrets}, nor with one that was retired, nor with the usual other ways to write a body, a signature, ` +
    'an address or a secret. The partner uses another secret, or signs something else.';
  return { name: 'SECRET', passed: null, message };
}

const HOUR_SECONDS = 3600;
const MAX_HOURS = 14;

/** The message about the time of a call. @param fault the result of `timeFault` */
function timeMessage(
  { signedAt, validity }: Proof,
  fault: Refusal | null,
  provider: string,
  toleranceSeconds: number,
  nowMs: number,
): string {
  if (signedAt === null && validity === null) return `${provider} signs no time: old and new calls look the same.`;
  if (signedAt === null || isRefusal(signedAt)) return fault?.message ?? `${validity?.what} is valid now.`;
  const age = Math.floor(nowMs / 1000) - signedAt;
  const said = `The call was signed ${distance(age)} (${iso(signedAt)})`;
  if (fault === null) return `${said}; up to ${toleranceSeconds} seconds are tolerated.`;
  const over = Math.abs(age) - toleranceSeconds;
  return `${said}, ${over} more than the ${toleranceSeconds} that are tolerated.${hint(age, toleranceSeconds)}`;
}

function distance(age: number): string {
  if (age === 0) return 'this second';
  const seconds = Math.abs(age) === 1 ? '1 second' : `${Math.abs(age)} seconds`;
  return age > 0 ? `${seconds} ago` : `${seconds} in the future`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function hint(age: number, toleranceSeconds: number): string {
  const hours = Math.round(Math.abs(age) / HOUR_SECONDS);
  const isZone = hours >= 1 && hours <= MAX_HOURS && Math.abs(Math.abs(age) - hours * HOUR_SECONDS) <= toleranceSeconds;
  const zone = ` That is ${hours} ${hours === 1 ? 'hour' : 'hours'}: the partner may sign local time instead of UTC.`;
  const late = ' A call that is not in the log is judged as of now, unless `at` has the time at which it was received.';
  if (isZone) return zone + (age > 0 ? late : '');
  return age > 0 ? late : " The partner's clock is fast, or ours is slow.";
}
