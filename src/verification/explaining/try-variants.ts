// Searches for the variant of a call that is valid. The search is bounded, because a client waits, and a call may be
// crafted to make it slow.
import type { IncomingCall } from '../call';
import { type Claim, isRefusal, type VerificationSecret } from '../claim';
import { type Agreement, liveSecrets, retiredSecrets } from '../judge';
import type { VerificationSettings } from '../provider';
import { bodyVariants } from './body-variants';
import { addressVariants, headerVariants, secretVariants, settingVariants } from './setting-variants';

const MAX_TRIES = 3_000;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_LIVE = 5;
const MAX_RETIRED = 3;

/** The variant that is valid. */
export interface Finding {
  /** The part of the call that is at fault. */
  readonly of: 'SIGNATURE' | 'SECRET' | 'BODY';
  readonly message: string;
  readonly secret: VerificationSecret;
}

/** One variant of the call or of the settings. */
interface Candidate {
  readonly of: Finding['of'];
  readonly change: string;
  readonly call?: IncomingCall;
  readonly settings?: VerificationSettings;
  readonly secret?: VerificationSecret;
  readonly body?: Buffer;
}

/** @param call the call, with decoded body @returns null: nothing was found, or the limit was reached */
export function findExplanation(call: IncomingCall, agreement: Agreement, nowMs: number): Finding | null {
  const secrets = [
    ...liveSecrets(agreement, nowMs).slice(0, MAX_LIVE),
    ...retiredSecrets(agreement, nowMs).slice(0, MAX_RETIRED),
  ];
  if (secrets.length === 0) return null;
  let [tries, bytes] = [MAX_TRIES, MAX_BYTES];
  for (const candidate of candidates(call, agreement, secrets)) {
    const claim = claimOf(candidate, call, agreement);
    const body = candidate.body ?? call.body;
    const asked = claim === null ? [] : candidate.secret ? [candidate.secret] : secrets;
    tries -= asked.length;
    bytes -= asked.length * body.length;
    if (tries < 0 || bytes < 0) return null;
    const secret = asked.find((each) => claim?.proofs.some((proof) => proof.holdsWith(each, body)));
    if (secret) return { of: candidate.of, message: messageOf(candidate, call, agreement), secret };
  }
  return null;
}

function claimOf({ call, settings }: Candidate, asItIs: IncomingCall, agreement: Agreement): Claim | null {
  const claim = agreement.provider.read(call ?? asItIs, settings ?? agreement.settings);
  return isRefusal(claim) ? null : claim;
}

function* candidates(
  call: IncomingCall,
  { provider, settings }: Agreement,
  secrets: readonly VerificationSecret[],
): Generator<Candidate> {
  for (const { change, value } of headerVariants(call, provider, settings))
    yield { of: 'SIGNATURE', change, call: value };
  for (const { change, value } of secrets.flatMap(secretVariants)) yield { of: 'SECRET', change, secret: value };
  for (const { change, value } of settingVariants(provider, settings))
    yield { of: 'SIGNATURE', change, settings: value };
  for (const { change, value } of addressVariants(call)) yield { of: 'SIGNATURE', change, call: value };
  for (const { change, value } of bodyVariants(call.body)) yield { of: 'BODY', change, body: value };
}

function messageOf({ of, change, body }: Candidate, call: IncomingCall, agreement: Agreement): string {
  const what = agreement.provider.signatureHeader ? 'signature' : 'token';
  const difference = of === 'BODY' && body ? `: ${byteDifference(call.body, body)}` : '';
  return `The ${what} is right ${change}${difference}.`;
}

/**
 * How two bodies differ, as the end of a sentence: "2 bytes differ, the first at byte 17". Bytes are numbered from 1.
 */
function byteDifference(one: Buffer, other: Buffer): string {
  const first = commonStart(one, other);
  const bytes = bytesApart(one, other, first);
  return `${bytes} ${bytes === 1 ? 'byte differs' : 'bytes differ'}, the first at byte ${first + 1}`;
}

function commonStart(one: Buffer, other: Buffer): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one[at] === other[at]) at++;
  return at;
}

// If bytes were only inserted or only removed, counts these; otherwise all from the first to the last difference.
function bytesApart(one: Buffer, other: Buffer, first: number): number {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  if (shorter.length === longer.length)
    return shorter.reduce((sum, byte, at) => sum + (byte === longer[at] ? 0 : 1), 0);
  if (isLeftOf(shorter, longer, first)) return longer.length - shorter.length;
  let end = 0;
  while (end < shorter.length - first && shorter.at(-1 - end) === longer.at(-1 - end)) end++;
  return longer.length - first - end;
}

/** Whether removing bytes of the longer one gives the shorter one. */
function isLeftOf(shorter: Buffer, longer: Buffer, first: number): boolean {
  let at = first;
  for (let place = first; place < longer.length && at < shorter.length; place++) {
    if (longer[place] === shorter[at]) at++;
  }
  return at === shorter.length;
}
