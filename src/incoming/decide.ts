// What a call is: accepted or refused, and what it says of itself.
import { uuidOf } from '../ids';
import type { RequestErrorCode } from '../request-log/webhook-request-log.entity';
import { headerValues } from '../verification/call';
import { type CallContent, readContent, saidAt } from '../verification/call-content';
import { isRefusal, type RefusalCode } from '../verification/claim';
import { decodeContent } from '../verification/decode-content';
import { judge } from '../verification/judge';
import type { HandshakeAnswer } from '../verification/provider';
import type { ReceivingAgreement } from './agreements';
import { type ArrivedCall, MAX_CALL_BYTES } from './arrived-call';
import { contentHash } from './repeated';
import { shortText } from './short-text';

export interface Refused {
  readonly accepted: false;
  readonly code: RequestErrorCode;
  /** For the log. */
  readonly message: string;
  /** Seconds after which it may be tried again; null: that would not help. */
  readonly retryAfter: number | null;
}

export interface Accepted {
  readonly accepted: true;
  /** Which secret confirmed it; null: none had to. */
  readonly secretId: string | null;
  /** The body without its content encoding; null: there was none. */
  readonly decodedBody: Buffer | null;
  /** By which a repeated call is known; null: it has none. */
  readonly callId: string | null;
  /** By which it is known as well, where the provider signs neither id nor event. */
  readonly contentHash: Buffer | null;
  readonly event: string;
  readonly referenceDocument: string | null;
  /** The delivery of ours that it seems to come of, not looked up. */
  readonly causedBy: string | null;
  /** null: it is a call like any other. */
  readonly handshake: HandshakeAnswer | null;
}

export type Decision = Accepted | Refused;

const SHORTFALLS = {
  TOO_LARGE: `The body is larger than ${MAX_CALL_BYTES} bytes (1 MiB), which is the most that is read.`,
  TIMEOUT: 'The body did not come to its end in time.',
  RESET: 'The connection ended before the whole body had come.',
};

const RETRY_WHEN_PAUSED_S = 300;

/** Nothing is written. @param nowMs when it is decided, milliseconds since 1970 */
export async function decide(call: ArrivedCall, of: ReceivingAgreement, nowMs: number): Promise<Decision> {
  const shut = shutBy(of);
  if (shut) return shut;
  if (call.shortfall) {
    return refused(call.shortfall, `${SHORTFALLS[call.shortfall]} ${call.bodyBytes} bytes of it had come.`);
  }
  const decoded = await decodeContent(call.headers, call.body);
  if (decoded !== null && isRefusal(decoded)) return refused(decoded.code, decoded.message);
  const decodedBody = decoded?.body ?? null;
  const judgement = judge(call, decodedBody, of.agreement, nowMs);
  if (!judgement.accepted) return refused(judgement.code, judgement.message);
  const content = readContent(call, decodedBody ?? call.body, of.agreement.provider.json ?? false);
  if ('fault' in content) return refused('MALFORMED', content.fault);
  const { secretId } = judgement;
  const said = whatItSays(call, of, content);
  const hash = of.agreement.provider.knownByContent
    ? contentHash(said.event, secretId, decodedBody ?? call.body)
    : null;
  return limited(of) ?? { accepted: true, secretId, decodedBody, contentHash: hash, ...said };
}

/** Known before a body is read. */
export function shutBy({ webhook }: ReceivingAgreement): Refused | null {
  if (webhook.status === 'ACTIVE') return null;
  const reason = webhook.statusReason ? `: ${webhook.statusReason}` : '';
  if (webhook.status === 'ARCHIVED') return refused('NOT_ACTIVE', `${webhook.name} is archived, which is for good.`);
  return refused('NOT_ACTIVE', `${webhook.name} is ${webhook.status.toLowerCase()}${reason}.`, RETRY_WHEN_PAUSED_S);
}

// Only of calls that are right: others must not use up what the partner has.
function limited({ webhook, rate }: ReceivingAgreement): Refused | null {
  const left = rate?.take('', 1) ?? 0;
  if (left >= 0) return null;
  const { rateLimit, rateLimitSeconds } = webhook;
  const message = `More than ${rateLimit} calls in ${rateLimitSeconds} s, which is the rate limit of ${webhook.name}.`;
  return refused('RATE_LIMITED', message, Math.max(1, Math.ceil(-left)));
}

function whatItSays(call: ArrivedCall, { agreement, places }: ReceivingAgreement, content: CallContent) {
  const event = shortText(saidAt(places.event, call, content));
  return {
    callId: saidAt(places.id, call, content),
    event: event ?? 'received',
    referenceDocument: shortText(saidAt(places.reference, call, content)),
    causedBy: uuidOf('Delivery', headerValues(call, 'webhook-id')[0] ?? ''),
    handshake: agreement.provider.handshake?.(content) ?? null,
  };
}

function refused(code: RefusalCode | RequestErrorCode, message: string, retryAfter: number | null = null): Refused {
  return { accepted: false, code, message, retryAfter };
}
