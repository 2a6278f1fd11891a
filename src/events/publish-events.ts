// Writes published events. Several calls share a transaction; each is accepted or refused for itself.

import { type Credential, credentialId, mayPublish, PUBLISHERS, type Viewer } from '../access/viewer';
import { AppError, CallerChanged, InputError } from '../errors/errors';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import type { CredentialState } from '../users/api-keys/authenticate';
import { credentialStates, noLongerValid } from '../users/sessions/authenticate-session';
import { ensureUsersNamed, idsByName } from '../users/user.store';
import { newId, timeOfId } from '../values/ids';
import {
  knownKeys,
  type NewEventRow,
  type NewKey,
  NOT_RECEIVED,
  type OutboxRows,
  putIntoOutbox,
} from './business-event.store';
import { type Cause, causesOf, pathsOfCauses } from './causes.store';
import { envelopeOf } from './data/envelope';
import type { NewEvent } from './event-faults';
import { claimsOf, contentHash, type KeyClaim, type KnownKeys, keyOf } from './idempotency-keys';
import { newPayload } from './payload.store';

export interface PublishedEvent {
  id: string;
  duplicate: boolean;
}

/** The events of one call, all of which are accepted, or none. They must have no faults: see `event-faults.ts`. */
export interface PublishCall {
  publisher: Viewer;
  events: readonly NewEvent[];
  /** Where the call is in a trace, as `traceparentOf` keeps it; null: in none. */
  traceparent: string | null;
  /** Given if the publisher comes from the auth cache, see `OptimisticAuth`: the transaction confirms it. */
  version?: string | undefined;
}

/** Writes the events of one transaction. */
export interface EventWriter {
  /** Sends statements that need no answer of others, together with the first ones of the transaction. */
  prepare(db: Db): Promise<unknown>;
  /** The last statements of the calls. */
  write(db: Db, rows: OutboxRows): Promise<void>;
}

const TO_OUTBOX: EventWriter = { prepare: async () => undefined, write: putIntoOutbox };

/** The published events in the order of the call, or why none was accepted. */
export type PublishResult = PublishedEvent[] | Refused;

/** AppError: the key or the session of the caller may no longer publish. CallerChanged: it is not as it was cached. */
export type Refused = InputError | AppError;

/**
 * Accepts the events of these calls if and only if the transaction commits. A refused call writes nothing. Ids ascend in
 * the order of the events.
 * @returns a result for each call; a call is refused for an unknown cause, with CONFLICT for an idempotency key that was
 * used for other content, and when its API key or session was revoked or lost its role since the caller was authenticated
 * @throws an error for which `isConflict` is true if another transaction claims one of the keys at the same time
 */
export async function publishCalls(
  db: Db,
  calls: readonly PublishCall[],
  writer: EventWriter = TO_OUTBOX,
): Promise<PublishResult[]> {
  const events = calls.flatMap((call) => call.events);
  // before webhooks are read: a webhook that was created before an event is never missed
  const ids = calls.map((call) => call.events.map(({ id }) => id ?? newId()));
  // sent together, executed in this order
  const [paths, found, userIds, states] = await Promise.all([
    pathsOfCauses(db, events),
    knownKeys(db, wantedKeys(calls)),
    knownUsers(db, calls),
    credentialStates(db, credentialsOf(calls)),
    writer.prepare(db),
  ]);
  const keys: KnownKeys = new Map(found.map((known) => [keyOf(known.userId, known.key), known]));
  const decided = calls.map(
    (call, index) => faultOf(call, states) ?? decide(call, ids[index] as string[], keys, paths),
  );
  const accepted = decided.filter((each): each is Accepted => !isRefused(each));
  await write(db, accepted, userIds, writer);
  return decided.map((each) => (isRefused(each) ? each : each.claims.map(({ id, duplicate }) => ({ id, duplicate }))));
}

/** Like `publishCalls`, for one call. @throws InputError or AppError when it is refused */
export async function publishEvents(
  db: Db,
  publisher: Viewer,
  events: readonly NewEvent[],
  traceparent: string | null = null,
): Promise<PublishedEvent[]> {
  const [result] = await publishCalls(db, [{ publisher, events, traceparent }]);
  if (!result || isRefused(result)) throw result;
  return result;
}

export function isRefused(result: unknown): result is Refused {
  return result instanceof InputError || result instanceof AppError;
}

interface Accepted {
  call: PublishCall;
  claims: readonly KeyClaim[];
  causes: readonly Cause[];
}

/** Hookledger itself publishes without a key or a session. */
function hasCredential({ apiKeyId, sessionId }: Credential): boolean {
  return apiKeyId !== null || sessionId !== null;
}

function credentialsOf(calls: readonly PublishCall[]): Credential[] {
  const byId = new Map<string, Credential>();
  for (const { publisher } of calls) if (hasCredential(publisher)) byId.set(credentialId(publisher), publisher);
  return [...byId.values()];
}

/** Why the publisher may not publish now: a call may have waited since its caller was authenticated. */
function faultOf({ publisher, version }: PublishCall, states: ReadonlyMap<string, CredentialState>): AppError | null {
  if (!hasCredential(publisher)) return null;
  const state = states.get(credentialId(publisher));
  if (version !== undefined && state?.version !== version) return new CallerChanged();
  if (!state) return noLongerValid();
  // others publish too: `testWebhook` needs other roles
  if (!mayPublish(publisher) || mayPublish(state)) return null;
  return new AppError('FORBIDDEN', `Publishing needs one of the roles ${PUBLISHERS.join(', ')}.`);
}

function wantedKeys(calls: readonly PublishCall[]): { userId: string; key: string }[] {
  return calls.flatMap(({ publisher, events }) =>
    events.flatMap(({ idempotencyKey: key }) => (key === null ? [] : [{ userId: publisher.userId, key }])),
  );
}

/**
 * @param ids of its events if they are new
 * @param keys gains the keys of an accepted call, so that the next call of the transaction finds them
 */
function decide(
  call: PublishCall,
  ids: readonly string[],
  keys: KnownKeys,
  paths: ReadonlyMap<string, string[]>,
): Accepted | InputError {
  const { publisher, events } = call;
  try {
    const causes = causesOf(events, paths);
    const wanted = events.map((event, index) => ({ event, id: ids[index] as string, hash: hashOf(event, publisher) }));
    return { call, causes, claims: claimsOf(publisher.userId, wanted, keys) };
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

function hashOf(event: NewEvent, publisher: Viewer): Buffer {
  const { documentType, referenceDocument, user, data } = event;
  return contentHash([documentType, event.event, referenceDocument, user ?? publisher.name, data.text]);
}

async function write(db: Db, accepted: readonly Accepted[], known: UserIds, writer: EventWriter): Promise<void> {
  const fresh = accepted.map((each) => ({ ...each.call, events: freshEventsOf(each) }));
  const userIds = await usersOf(db, fresh, known);
  const payloads = fresh.flatMap(({ events }) => events.map(({ payload }) => payload));
  const rows = fresh.flatMap((call) => call.events.map((event) => eventRow(event, call, userIds)));
  const keys = fresh.flatMap(({ publisher, events }) => events.flatMap((event) => newKeyOf(event, publisher)));
  await writer.write(db, { events: rows, payloads, keys });
}

type FreshEvent = ReturnType<typeof freshEventsOf>[number];

function freshEventsOf({ claims, causes }: Accepted) {
  return claims
    .map((claim, index) => ({ ...claim, cause: causes[index] as Cause }))
    .filter((claim) => !claim.duplicate)
    .map((claim) => ({
      ...claim,
      payload: newPayload(
        envelopeOf({ ...claim.event, createdAt: timeOfId(claim.id) }, claim.event.data.text),
        'application/json',
      ),
    }));
}

function eventRow(
  { id, event, cause, payload }: FreshEvent,
  { publisher, traceparent }: Pick<PublishCall, 'publisher' | 'traceparent'>,
  userIds: UserIds,
): NewEventRow {
  const { documentType, referenceDocument, idempotencyKey, user } = event;
  return {
    id,
    documentType,
    event: event.event,
    referenceDocument,
    payloadId: payload.id,
    enveloped: true,
    userId: isOther(user, publisher) ? (userIds.get(user) as string) : publisher.userId,
    publishedBy: publisher.userId,
    apiKeyId: publisher.apiKeyId,
    sessionId: publisher.sessionId,
    remoteAddress: publisher.remoteAddress,
    idempotencyKey,
    traceparent: event.traceparent ?? traceparent,
    createdAt: timeOfId(id),
    ...cause,
    ...NOT_RECEIVED,
  };
}

function newKeyOf({ id, hash, event: { idempotencyKey: key } }: FreshEvent, publisher: Viewer): NewKey[] {
  if (key === null) return [];
  return [{ userId: publisher.userId, key, eventId: id, contentHash: hash, createdAt: currentTime() }];
}

function isOther(user: string | null, publisher: Viewer): user is string {
  return user !== null && user !== publisher.name;
}

/** Ids of users by name. */
type UserIds = ReadonlyMap<string, string>;

/** The users of these events that exist already. */
async function knownUsers(db: Db, calls: readonly PublishCall[]): Promise<UserIds> {
  const names = calls.flatMap(({ publisher, events }) => events.flatMap(({ user }) => otherNames(user, publisher)));
  return names.length > 0 ? idsByName(db, [...new Set(names)]) : new Map();
}

/** The ids of all users of these events; creates those that do not exist yet. */
async function usersOf(
  db: Db,
  calls: readonly { publisher: Viewer; events: readonly FreshEvent[] }[],
  known: UserIds,
): Promise<UserIds> {
  const names = calls.flatMap(({ publisher, events }) =>
    events.flatMap(({ event: { user } }) => otherNames(user, publisher)),
  );
  const missing = new Set(names.filter((name) => !known.has(name)));
  if (missing.size === 0) return known;
  // in the same order in each transaction, so that two of them do not deadlock
  return new Map([...known, ...(await ensureUsersNamed(db, [...missing].sort()))]);
}

function otherNames(user: string | null, publisher: Viewer): string[] {
  return isOther(user, publisher) ? [user] : [];
}
