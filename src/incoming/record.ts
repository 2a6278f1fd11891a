// From decided calls to rows: what was repeated is found, what becomes an event is one, all in one transaction.
import { currentMs, currentTime } from '../clock';
import type { NewEventRow } from '../events/business-event.store';
import { pathsBehind } from '../events/cause.store';
import { newPayload, type Payload } from '../events/payload.store';
import { newId, timeOfId, toNodeId } from '../ids';
import type { Db } from '../sql/db';
import { headerValues } from '../verification/call';
import type { ReceivingAgreement } from './agreements';
import { type Answer, answerTo, answerToRefused } from './answers';
import type { ArrivedCall } from './arrived-call';
import type { Accepted, Decision, Refused } from './decide';
import { callIdHash, keptHeaders, keptUrl } from './kept-request';
import { type CallClaim, claimCallIds, insertReceived, type ReceivedRow } from './record.store';

/** A call that was decided about. */
export interface DecidedCall {
  readonly call: ArrivedCall;
  readonly of: ReceivingAgreement;
  readonly decision: Decision;
  /** How many bytes of a refused body are kept. */
  readonly keptBytes: number;
}

/** What came of a call. */
export interface Recorded {
  readonly answer: Answer;
  readonly outcome: 'ACCEPTED' | 'DUPLICATE' | Refused['code'];
  readonly becameEvent: boolean;
}

/** @returns one for each, in the order given */
export async function recordCalls(db: Db, calls: readonly DecidedCall[]): Promise<Recorded[]> {
  const eventIds = calls.map(eventIdFor);
  const claims = calls.map((decided, index) => claimOf(decided, eventIds[index] ?? null));
  const [taken, paths] = await Promise.all([takenIds(db, claims), pathsOf(db, calls)]);
  const written = calls.map((decided, index) => {
    const { decision } = decided;
    if (!decision.accepted) return writtenRefusal(decided, decision);
    const claim = claims[index] ?? null;
    const first = claim === null ? undefined : taken.get(keyOf(claim));
    return writtenAccepted(decided, decision, eventIds[index] ?? null, first, paths);
  });
  await insertReceived(
    db,
    written.flatMap(({ payloads }) => payloads),
    written.flatMap(({ event }) => event ?? []),
    written.map(({ row }) => row),
  );
  return written.map(({ recorded }) => recorded);
}

interface Written {
  payloads: Payload[];
  event: NewEventRow | null;
  row: ReceivedRow;
  recorded: Recorded;
}

/** null: it becomes none. */
function eventIdFor({ of, decision }: DecidedCall): string | null {
  if (!decision.accepted || decision.handshake !== null || of.row.becomes === 'RECORD') return null;
  const { events } = of.webhook;
  return events.length === 0 || events.includes(decision.event) ? newId() : null;
}

/** What a call takes its id for; null: it has none. */
function claimOf({ call, of, decision }: DecidedCall, businessEventId: string | null): CallClaim | null {
  if (!decision.accepted || decision.callId === null) return null;
  return { webhookId: of.webhook.id, idHash: callIdHash(decision.callId), requestId: call.id, businessEventId };
}

function keyOf({ webhookId, idHash }: CallClaim): string {
  return `${webhookId} ${idHash.toString('base64')}`;
}

/** What each id stands for: the first of two that came together. */
async function takenIds(db: Db, claims: readonly (CallClaim | null)[]): Promise<Map<string, CallClaim>> {
  const made = claims.filter((claim) => claim !== null);
  if (made.length === 0) return new Map();
  const firsts = new Map(made.toReversed().map((claim) => [keyOf(claim), claim]));
  const ordered = [...firsts.keys()].sort().map((key) => firsts.get(key) as CallClaim);
  const taken = await claimCallIds(db, ordered, currentTime());
  return new Map(taken.map((claim) => [keyOf(claim), claim]));
}

// A partner who passes on what we sent, or we ourselves: what comes of it must not go in circles.
async function pathsOf(db: Db, calls: readonly DecidedCall[]): Promise<Map<string, string[]>> {
  const ids = calls.flatMap(({ decision }) => (decision.accepted ? (decision.causedBy ?? []) : []));
  return ids.length > 0 ? pathsBehind(db, [...new Set(ids)]) : new Map();
}

/** @param first the call that has the same id, this one where it is the first; undefined without an id */
function writtenAccepted(
  decided: DecidedCall,
  decision: Accepted,
  eventId: string | null,
  first: CallClaim | undefined,
  paths: ReadonlyMap<string, string[]>,
): Written {
  const { call, of } = decided;
  const duplicate = first !== undefined && first.requestId !== call.id;
  const answer = answerTo(call.id, of, decision);
  const contentType = contentTypeOf(call);
  const wire = newPayload(call.body, contentType);
  const decoded = decision.decodedBody === null ? null : newPayload(decision.decodedBody, contentType);
  const words = {
    documentType: of.webhook.documentType ?? of.agreement.provider.title,
    event: decision.event,
    // what names no document is found by itself
    referenceDocument: decision.referenceDocument ?? toNodeId('WebhookRequestLog', first?.requestId ?? call.id),
  };
  const content = { payloadId: (decoded ?? wire).id, userId: of.row.userId, ...words };
  const cause = causeOf(decision, paths);
  const event =
    duplicate || eventId === null ? null : { id: eventId, ...content, ...cause, ...placeOf(eventId, decided) };
  return {
    payloads: decoded === null ? [wire] : [wire, decoded],
    event,
    row: {
      ...commonTo(decided, answer),
      ...content,
      status: 'SUCCEEDED',
      businessEventId: duplicate ? first.businessEventId : eventId,
      duplicate,
      wirePayloadId: decoded === null ? null : wire.id,
      secretId: decision.secretId,
      error: null,
      errorCode: null,
    },
    recorded: { answer, outcome: duplicate ? 'DUPLICATE' : 'ACCEPTED', becameEvent: event !== null },
  };
}

function causeOf({ causedBy }: Accepted, paths: ReadonlyMap<string, string[]>) {
  const path = causedBy === null ? undefined : paths.get(causedBy);
  return { causedBy: path ? causedBy : null, causePath: path ?? [] };
}

function placeOf(eventId: string, { call, of }: DecidedCall) {
  const directedTo = of.row.becomes === 'FORWARD' ? of.row.forwardTo : null;
  const { userId } = of.row;
  return { publishedBy: userId, idempotencyKey: null, createdAt: timeOfId(eventId), requestId: call.id, directedTo };
}

function writtenRefusal(decided: DecidedCall, refused: Refused): Written {
  const { call, of, keptBytes } = decided;
  const answer = answerToRefused(call.id, of, refused);
  const payload = newPayload(call.body.subarray(0, keptBytes), contentTypeOf(call), call.bodyBytes);
  return {
    payloads: [payload],
    event: null,
    row: {
      ...commonTo(decided, refused.code === 'RESET' ? null : answer),
      status: 'REFUSED',
      documentType: null,
      event: null,
      referenceDocument: null,
      businessEventId: null,
      userId: null,
      duplicate: false,
      payloadId: payload.id,
      wirePayloadId: null,
      secretId: null,
      error: refused.message,
      errorCode: refused.code,
    },
    recorded: { answer, outcome: refused.code, becameEvent: false },
  };
}

function contentTypeOf(call: ArrivedCall): string {
  return headerValues(call, 'content-type')[0] ?? '';
}

/** What every row has. @param answer null: nobody was there to be answered */
function commonTo({ call, of }: Pick<DecidedCall, 'call' | 'of'>, answer: Answer | null) {
  const startedAt = timeOfId(call.id);
  const finishedAt = new Date(Math.max(currentMs(), startedAt.getTime()));
  const body = answer && Buffer.from(answer.body);
  return {
    id: call.id,
    webhookId: of.webhook.id,
    method: call.method,
    url: keptUrl(call, of),
    headers: keptHeaders(call, of),
    startedAt,
    finishedAt,
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    responseStatus: answer?.status ?? null,
    responseHeaders: answer && JSON.stringify(answer.headers),
    responseBody: body,
    responseBytes: body?.length ?? null,
    remoteAddress: call.remoteAddress,
  };
}
