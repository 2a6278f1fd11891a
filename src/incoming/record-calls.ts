// Records decided calls in one transaction: finds duplicates, and creates the events of the others.
import { currentMs, currentTime } from '../clock';
import type { NewEventRow } from '../events/business-event.store';
import { newPayload, type Payload } from '../events/payload.store';
import { timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { commitWithThese } from '../sql/transactions';
import { headerValues } from '../verification/call';
import type { Accepted, Refused } from './accept-or-refuse';
import { type Answer, answerTo, answerToRefused } from './answers';
import type { ArrivedCall } from './arrived-call';
import type { DecidedCall } from './decided-call';
import { callIdHash, firstCalls, type KnownCall } from './duplicate-calls';
import { causePathsOf, eventIdFor, eventOfCall, eventToMatch, type Known, namesOf } from './event-of-call';
import { OutdatedCalls, outdatedCalls } from './outdated-calls';
import { type FirstCall, insertReceived, type ReceivedRow } from './received-call.store';
import { recordedHeaders, recordedUrl } from './recorded-call';
import { findUnwanted } from './unwanted-events';

/** The result of a recorded call. */
export interface Recorded {
  readonly answer: Answer;
  readonly outcome: 'ACCEPTED' | 'DUPLICATE' | Refused['code'];
  /** Whether its event waits in the outbox. */
  readonly waits: boolean;
}

/**
 * Ends the transaction: COMMIT is sent with its last statement.
 * @returns one result for each call, in the same order
 * @throws OutdatedCalls
 */
export async function recordCalls(db: Db, calls: readonly DecidedCall[]): Promise<Recorded[]> {
  const eventIds = calls.map(eventIdFor);
  const repeatable = calls.map((decided, index) => knownCall(decided, eventIds[index] ?? null));
  const toMatch = calls.flatMap((decided, index) => {
    const { decision } = decided;
    return decision.accepted && eventIds[index] !== null ? eventToMatch(decided, decision) : [];
  });
  // sent together, executed in this order
  const [firsts, paths, isUnwanted, outdated] = await Promise.all([
    firstCalls(db, repeatable),
    causePathsOf(db, calls),
    findUnwanted(db, toMatch),
    outdatedCalls(db, calls),
  ]);
  if (outdated.size > 0) throw new OutdatedCalls(outdated);
  const known = { paths, isUnwanted, now: currentTime() };
  const written = calls.map((decided, index) => {
    const { decision } = decided;
    if (!decision.accepted) return writtenRefusal(decided, decision);
    return writtenAccepted(decided, decision, eventIds[index] ?? null, firsts[index], known);
  });
  const inserted = insertReceived(
    db,
    written.flatMap(({ payloads }) => payloads),
    written.flatMap(({ event }) => event ?? []),
    written.map(({ row }) => row),
  );
  commitWithThese(db);
  await inserted;
  return written.map(({ recorded }) => recorded);
}

interface Written {
  payloads: Payload[];
  event: NewEventRow | null;
  row: ReceivedRow;
  recorded: Recorded;
}

/** null: the call is refused, or nothing identifies its repetitions. */
function knownCall({ call, settings, decision }: DecidedCall, businessEventId: string | null): KnownCall | null {
  if (!decision.accepted) return null;
  const { callId, contentHash } = decision;
  const hashes = [callId === null ? null : callIdHash(callId), contentHash].filter((hash) => hash !== null);
  return hashes.length === 0 ? null : { webhookId: settings.webhook.id, requestId: call.id, businessEventId, hashes };
}

/** @param first the first call with this id or content, which may be this one; undefined: nothing identifies it */
function writtenAccepted(
  decided: DecidedCall,
  decision: Accepted,
  eventId: string | null,
  first: FirstCall | undefined,
  known: Known,
): Written {
  const { call, settings } = decided;
  const duplicate = first !== undefined && first.requestId !== call.id;
  const answer = answerTo(call.id, settings, decision);
  const contentType = contentTypeOf(call);
  const wire = newPayload(call.body, contentType);
  const decoded = decision.decodedBody === null ? null : newPayload(decision.decodedBody, contentType);
  const payloadId = (decoded ?? wire).id;
  const names = namesOf(decided, decision, first?.requestId ?? call.id);
  const event =
    duplicate || eventId === null ? null : eventOfCall(decided, decision, { id: eventId, payloadId, ...names }, known);
  return {
    payloads: decoded === null ? [wire] : [wire, decoded],
    event,
    row: {
      ...commonTo(decided, answer),
      ...names,
      payloadId,
      userId: settings.row.userId,
      status: 'SUCCEEDED',
      businessEventId: duplicate ? first.businessEventId : eventId,
      duplicate,
      wirePayloadId: decoded === null ? null : wire.id,
      secretId: decision.secretId,
      error: null,
      errorCode: null,
    },
    recorded: {
      answer,
      outcome: duplicate ? 'DUPLICATE' : 'ACCEPTED',
      waits: event !== null && event.fannedOut === undefined,
    },
  };
}

function writtenRefusal(decided: DecidedCall, refused: Refused): Written {
  const { call, settings, keptBytes } = decided;
  const answer = answerToRefused(call.id, settings, refused);
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
    recorded: { answer, outcome: refused.code, waits: false },
  };
}

function contentTypeOf(call: ArrivedCall): string {
  return headerValues(call, 'content-type')[0] ?? '';
}

/** The columns that every row has. @param answer null: the client had closed the connection */
function commonTo({ call, settings }: Pick<DecidedCall, 'call' | 'settings'>, answer: Answer | null) {
  const startedAt = timeOfId(call.id);
  const finishedAt = new Date(Math.max(currentMs(), startedAt.getTime()));
  const body = answer && Buffer.from(answer.body);
  return {
    id: call.id,
    webhookId: settings.webhook.id,
    method: call.method,
    url: recordedUrl(call, settings),
    headers: recordedHeaders(call, settings),
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
