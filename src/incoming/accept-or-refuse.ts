import { uuidOf } from '../values/ids';
import { SHORT_TEXT } from '../values/text';
import { type CallContent, headerValues, type IncomingCall, readContent, saidAt } from '../verification/call';
import { isRefusal, type RefusalCode } from '../verification/claim';
import { decodeContent } from '../verification/decode-content';
import { judge } from '../verification/judge';
import type { HandshakeAnswer } from '../verification/provider';
import { MAX_CALL_BYTES } from './call-limits';
import { contentHash } from './duplicate-calls';
import type { IncomingSettings } from './incoming-settings';

/** Why the body of a call is incomplete. */
export const SHORTFALLS = ['TOO_LARGE', 'TIMEOUT', 'RESET'] as const;
export type Shortfall = (typeof SHORTFALLS)[number];

/** A call as it was received. */
export interface ArrivedCall extends IncomingCall {
  /** The id of its row in the log. It contains the time when the call began. */
  readonly id: string;
  readonly token: string;
  /** The number of received bytes of the body; `body` may contain only the first of them. */
  readonly bodyBytes: number;
  readonly shortfall: Shortfall | null;
  readonly remoteAddress: string | null;
}

// Decides whether a call is accepted or refused, and reads its event, id and document.

export interface Refused {
  readonly accepted: false;
  readonly code: RefusalCode | Shortfall;
  /** The message in the log. */
  readonly message: string;
  /** The seconds after which the call may be repeated; null: repeating it is useless. */
  readonly retryAfter: number | null;
}

export interface Accepted {
  readonly accepted: true;
  /** The secret that verified the call; null: no verification is configured. */
  readonly secretId: string | null;
  /** The decoded body; null: it has no content encoding. */
  readonly decodedBody: Buffer | null;
  /** The id that identifies repeated calls; null: the call has none. */
  readonly callId: string | null;
  /** A hash that also identifies repeated calls, if the provider signs neither id nor event. */
  readonly contentHash: Buffer | null;
  readonly event: string;
  readonly referenceDocument: string | null;
  /** The delivery that the call names as its cause. It has not been looked up. */
  readonly causedBy: string | null;
  /** null: the call is not a handshake. */
  readonly handshake: HandshakeAnswer | null;
}

export type Decision = Accepted | Refused;

// Without the number of bytes that were received: not all users who may read the message may know the length of the body.
const SHORTFALL_REASONS = {
  TOO_LARGE: `The body is larger than the maximum of ${MAX_CALL_BYTES} bytes (1 MiB).`,
  TIMEOUT: 'The body was not received completely in time. dataBody has what was received.',
  RESET: 'The connection ended before the whole body was received. dataBody has what was received.',
};

const RETRY_WHEN_PAUSED_S = 300;

/**
 * Writes nothing.
 * @param nowMs the time of the decision, milliseconds since 1970
 * @param hold called with the bytes that the decoded body takes in memory. It throws if there is no room for them
 */
export async function decide(
  call: ArrivedCall,
  settings: IncomingSettings,
  nowMs: number,
  hold: (bytes: number) => void,
): Promise<Decision> {
  const shut = refusalOfInactive(settings);
  if (shut) return shut;
  if (call.shortfall) return refused(call.shortfall, SHORTFALL_REASONS[call.shortfall]);
  const decoded = await decodeContent(call.headers, call.body);
  if (decoded !== null && isRefusal(decoded)) return refused(decoded.code, decoded.message);
  const decodedBody = decoded?.body ?? null;
  if (decodedBody !== null) hold(decodedBody.length);
  const judgement = judge(call, decodedBody, settings.agreement, nowMs);
  if (!judgement.accepted) return refused(judgement.code, judgement.message);
  const content = readContent(call, decodedBody ?? call.body, settings.agreement.provider.json ?? false);
  if ('fault' in content) return refused('MALFORMED', content.fault);
  const { secretId } = judgement;
  const said = claimedContent(call, settings, content);
  const hash = settings.agreement.provider.knownByContent
    ? contentHash(said.event, secretId, decodedBody ?? call.body)
    : null;
  return limited(settings) ?? { accepted: true, secretId, decodedBody, contentHash: hash, ...said };
}

/** The refusal of a webhook that is not active, which needs no body; null: the webhook is active. */
export function refusalOfInactive({ webhook }: IncomingSettings): Refused | null {
  if (webhook.status === 'ACTIVE') return null;
  const reason = webhook.statusReason ? `: ${webhook.statusReason}` : '';
  if (webhook.status === 'ARCHIVED') return refused('NOT_ACTIVE', `${webhook.name} is archived permanently.`);
  return refused('NOT_ACTIVE', `${webhook.name} is ${webhook.status.toLowerCase()}${reason}.`, RETRY_WHEN_PAUSED_S);
}

// Counts only valid calls, so that others cannot use up the limit of the partner.
function limited({ webhook, rate }: IncomingSettings): Refused | null {
  const left = rate?.take('', 1) ?? 0;
  if (left >= 0) return null;
  const { rateLimit, rateLimitSeconds } = webhook;
  const message = `More than ${rateLimit} calls in ${rateLimitSeconds} s, which is the rate limit of ${webhook.name}.`;
  return refused('RATE_LIMITED', message, Math.max(1, Math.ceil(-left)));
}

function claimedContent(call: ArrivedCall, { agreement, places }: IncomingSettings, content: CallContent) {
  const event = shortText(saidAt(places.event, call, content));
  return {
    callId: saidAt(places.id, call, content),
    event: event ?? 'received',
    referenceDocument: shortText(saidAt(places.reference, call, content)),
    causedBy: uuidOf('Delivery', headerValues(call, 'webhook-id')[0] ?? ''),
    handshake: agreement.provider.handshake?.(content) ?? null,
  };
}

function refused(code: Refused['code'], message: string, retryAfter: number | null = null): Refused {
  return { accepted: false, code, message, retryAfter };
}

/** A text of a partner as a name: one line of at most 200 characters; null: nothing is left. */
function shortText(text: string | null): string | null {
  if (text === null) return null;
  const clean = text
    .slice(0, 10 * SHORT_TEXT)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, SHORT_TEXT)
    .toWellFormed();
  return clean === '' ? null : clean;
}
