// Records decided calls in one transaction: finds duplicates, and creates the events of the others.

import type { NewEventRow } from '../events/business-event.store';
import { newPayload, type Payload } from '../events/payload.store';
import type { Log } from '../logging/log';
import type { Db } from '../sql/db';
import { afterSending } from '../sql/session';
import { createNoteFailedTogether } from '../sql/sharing/failed-together';
import { createGroupCommit, type GroupCommit, MAX_SIZE } from '../sql/sharing/group-commit';
import { commitWithThese, type Transaction } from '../sql/transactions';
import { currentMs, currentTime } from '../time/clock';
import { timeOfId } from '../values/ids';
import { headerValues } from '../verification/call';
import { targetsOfTokens } from '../webhooks/incoming/incoming-agreement.store';
import type { Accepted, ArrivedCall, Refused } from './accept-or-refuse';
import { type Answer, answerTo, answerToRefused } from './answer';
import { callIdHash, firstCalls, type KnownCall } from './duplicate-calls';
import {
  causePathsOf,
  eventIdFor,
  eventOfCall,
  eventToMatch,
  findUnwanted,
  type Known,
  namesOf,
} from './event-of-call';
import { type FirstCall, insertReceived, type ReceivedRow } from './received-call.store';
import { type DecidedCall, recordedHeaders, recordedUrl } from './recorded-call';

/** The result of a recorded call. */
interface Recorded {
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
async function recordCalls(db: Db, calls: readonly DecidedCall[]): Promise<Recorded[]> {
  const eventIds = calls.map(eventIdFor);
  const repeatable = calls.map((decided, index) => knownCall(decided, eventIds[index] ?? null));
  const toMatch = calls.flatMap((decided, index) => {
    const { decision } = decided;
    return decision.accepted && eventIds[index] !== null ? eventToMatch(decided, decision) : [];
  });
  const asked = Promise.all([
    // sent together, executed in this order
    firstCalls(db, repeatable),
    causePathsOf(db, calls),
    findUnwanted(db, toMatch),
    outdatedCalls(db, calls),
  ]);
  // prepared while the database works
  const prepared = afterSending().then(() => calls.map(prepare));
  const [[firsts, paths, isUnwanted, outdated], parts] = await Promise.all([asked, prepared]);
  if (outdated.size > 0) throw new OutdatedCalls(outdated);
  const known = { paths, isUnwanted, now: currentTime() };
  const written = parts.map((each, index) => {
    const { decision } = each.decided;
    if (!decision.accepted) return writtenRefusal(each, decision);
    return writtenAccepted(each, decision, eventIds[index] ?? null, firsts[index], known);
  });
  const inserted = insertReceived(
    db,
    parts.flatMap(({ wire, decoded }) => (decoded === null ? wire : [wire, decoded])),
    written.flatMap(({ event }) => event ?? []),
    written.map(({ row }) => row),
  );
  commitWithThese(db);
  await inserted;
  return written.map(({ recorded }) => recorded);
}

/** What is written of a call whether it is repeated or not. */
interface Prepared {
  decided: DecidedCall;
  answer: Answer;
  /** The body as received. */
  wire: Payload;
  /** null: it had no content encoding. */
  decoded: Payload | null;
  common: ReturnType<typeof commonTo>;
}

interface Written {
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

function prepare(decided: DecidedCall): Prepared {
  const { call, settings, decision, keptBytes } = decided;
  const contentType = contentTypeOf(call);
  if (!decision.accepted) {
    const answer = answerToRefused(call.id, settings, decision);
    const wire = newPayload(call.body.subarray(0, keptBytes), contentType, call.bodyBytes);
    const common = commonTo(decided, decision.code === 'RESET' ? null : answer);
    return { decided, answer, wire, decoded: null, common };
  }
  const answer = answerTo(call.id, settings, decision);
  const wire = newPayload(call.body, contentType);
  const decoded = decision.decodedBody === null ? null : newPayload(decision.decodedBody, contentType);
  return { decided, answer, wire, decoded, common: commonTo(decided, answer) };
}

/** @param first the first call with this id or content, which may be this one; undefined: nothing identifies it */
function writtenAccepted(
  { decided, answer, wire, decoded, common }: Prepared,
  decision: Accepted,
  eventId: string | null,
  first: FirstCall | undefined,
  known: Known,
): Written {
  const { call, settings } = decided;
  const duplicate = first !== undefined && first.requestId !== call.id;
  const payloadId = (decoded ?? wire).id;
  const names = namesOf(decided, decision, first?.requestId ?? call.id);
  const event =
    duplicate || eventId === null ? null : eventOfCall(decided, decision, { id: eventId, payloadId, ...names }, known);
  return {
    event,
    row: {
      ...common,
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

function writtenRefusal({ answer, wire, common }: Prepared, refused: Refused): Written {
  return {
    event: null,
    row: {
      ...common,
      status: 'REFUSED',
      documentType: null,
      event: null,
      referenceDocument: null,
      businessEventId: null,
      userId: null,
      duplicate: false,
      payloadId: wire.id,
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

// Records decided calls. A call is answered when its transaction has committed.

/**
 * One transaction takes at most 64 calls or 4 MiB, unless one call is larger: while its statement is written, nothing else runs. Of more
 * callers, one part is answered, and calls again, while PostgreSQL records the calls of the other.
 */
const SIZE_OF_CALL = MAX_SIZE / 64;
const BYTES_PER_UNIT = (4 * 1024 * 1024) / MAX_SIZE;

/** null: the settings by which the call was accepted have changed, so that it is not recorded. */
type Result = Recorded | null;

export function createRecorder(transaction: Transaction, log: Pick<Log, 'warn'>): GroupCommit<DecidedCall, Result> {
  return createGroupCommit({
    onFailedTogether: createNoteFailedTogether('incoming', log),
    run: async (calls) => ({ results: await recordCurrent(transaction, calls) }),
    sizeOf: ({ call, decision }) => {
      const decoded = decision.accepted ? (decision.decodedBody?.length ?? 0) : 0;
      return Math.max(SIZE_OF_CALL, (call.body.length + decoded) / BYTES_PER_UNIT);
    },
  });
}

async function recordCurrent(transaction: Transaction, calls: readonly DecidedCall[]): Promise<readonly Result[]> {
  if (calls.length === 0) return [];
  try {
    return await transaction((db) => recordCalls(db, calls));
  } catch (error) {
    if (!(error instanceof OutdatedCalls)) throw error;
    const current = calls.filter((call) => !error.calls.has(call));
    const recorded = [...(await recordCurrent(transaction, current))];
    return calls.map((call) => (error.calls.has(call) ? null : (recorded.shift() as Result)));
  }
}

// Calls are decided by settings that are cached. The transaction that records them compares the versions.

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
async function outdatedCalls(db: Db, calls: readonly DecidedCall[]): Promise<ReadonlySet<DecidedCall>> {
  const accepted = calls.filter(({ decision }) => decision.accepted);
  if (accepted.length === 0) return new Set();
  const hashes = new Map(accepted.map(({ call, tokenHash }) => [call.token, tokenHash]));
  const targets = await targetsOfTokens(db, [...hashes.values()], currentTime());
  const versions = new Map(targets.map(({ hash, version }) => [hash.toString('base64'), version]));
  const current = new Map([...hashes].map(([token, hash]) => [token, versions.get(hash.toString('base64'))]));
  return new Set(accepted.filter(({ call, settings }) => current.get(call.token) !== settings.row.version));
}
