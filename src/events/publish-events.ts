import type { AuditEntryEntity } from '../audit/audit-entry.entity';
import { auditEntry } from '../audit/record';
import { currentTime } from '../clock';
import { InputError, quoted, type UserError } from '../errors';
import { newId, timeOfId } from '../ids';
import type { Db } from '../sql/db';
import { textFault } from '../text';
import { ensureUsersNamed } from '../users/user.store';
import type { Viewer } from '../viewer';
import { isOwnDocumentType } from '../webhooks/own-document-type';
import { type NewEventRow, NOT_RECEIVED, putIntoOutbox } from './business-event.store';
import { type Cause, causeFault, causesOf } from './causes';
import { contentHash } from './content-hash';
import { claimKeys, type IdempotencyKey } from './idempotency-key.store';
import { newPayload } from './payload.store';

export const MAX_EVENTS = 500;
export const MAX_PAYLOAD_BYTES = 256 * 1024;
const MAX_TOTAL_BYTES = 16 * 1024 * 1024;
/** In addition to the first fault of each event, so that each faulty event is named. */
const MAX_FURTHER_FAULTS = 100;

/** A JSON value as its sender wrote it. */
export interface ExactData {
  text: string;
  bytes: number;
  problems: readonly { path: readonly string[]; message: string; isTooLarge?: true }[];
}

export interface NewEvent {
  documentType: string;
  event: string;
  referenceDocument: string;
  data: ExactData;
  /** A user name in the business system; null: the publisher. */
  user: string | null;
  idempotencyKey: string | null;
  /** The id of a delivery, as the API shows it; null: no delivery caused the event. */
  causedBy: string | null;
}

export interface PublishedEvent {
  id: string;
  duplicate: boolean;
}

/** @throws InputError when there are too few or too many events. */
export function checkNumberOfEvents(count: number): void {
  if (count >= 1 && count <= MAX_EVENTS) return;
  const message = `events has ${count} entries; it takes 1 to ${MAX_EVENTS}.`;
  throw new InputError([{ field: ['events'], code: count === 0 ? 'REQUIRED' : 'TOO_LARGE', message }]);
}

function faultsOfEvents(events: readonly NewEvent[]): UserError[] {
  const faults: UserError[] = [];
  let bytes = 0;
  let furtherLeft = MAX_FURTHER_FAULTS;
  for (const [index, event] of events.entries()) {
    const [first, ...all] = faultsOfEvent(event, ['events', String(index)]);
    const further = all.slice(0, furtherLeft);
    if (first) faults.push(first, ...further);
    furtherLeft -= further.length;
    bytes += event.data.bytes;
  }
  // one variable can be the data of 500 events, so that a small request would become a large one
  if (bytes > MAX_TOTAL_BYTES) {
    const message = `The data of all events together exceeds ${MAX_TOTAL_BYTES} bytes (16 MiB): publish fewer at once.`;
    faults.unshift({ field: ['events'], code: 'TOO_LARGE', message });
  }
  return faults;
}

/** The faults of one event. @param path the path of the event in the input */
export function faultsOfEvent(event: NewEvent, path: string[]): UserError[] {
  const reserved = reservedFault(event.documentType, [...path, 'documentType']);
  return [...(reserved ? [reserved] : []), ...faultsOfContent(event, path)];
}

/** Without the check for reserved document types. */
export function faultsOfContent(event: NewEvent, path: string[]): UserError[] {
  const texts = [
    textFault(event.documentType, [...path, 'documentType']),
    textFault(event.event, [...path, 'event']),
    textFault(event.referenceDocument, [...path, 'referenceDocument']),
    event.user === null ? null : textFault(event.user, [...path, 'user']),
    event.idempotencyKey === null ? null : textFault(event.idempotencyKey, [...path, 'idempotencyKey']),
    event.causedBy === null ? null : causeFault(event.causedBy, [...path, 'causedBy']),
  ];
  return [...texts.filter((fault) => fault !== null), ...faultsOfData(event.data, [...path, 'data'])];
}

function reservedFault(documentType: string, field: string[]): UserError | null {
  if (!isOwnDocumentType(documentType)) return null;
  const message = `${field.join('.')} ${quoted(documentType)} is reserved for events of Hookledger itself.`;
  return { field, code: 'INVALID', message };
}

function faultsOfData(data: ExactData, path: string[]): UserError[] {
  if (data.bytes > MAX_PAYLOAD_BYTES) {
    const message = `data is ${data.bytes} bytes; at most ${MAX_PAYLOAD_BYTES} (256 KiB) are taken.`;
    return [{ field: path, code: 'TOO_LARGE', message }];
  }
  return data.problems.map(({ path: below, message, isTooLarge }) => ({
    field: [...path, ...below],
    code: isTooLarge ? 'TOO_LARGE' : 'INVALID',
    message,
  }));
}

/**
 * Accepts all of these events or none, if and only if the transaction commits; see `takesTransaction`. Ids ascend in
 * the order of the events.
 * @throws InputError for faults, and CONFLICT for a key that was used for other content
 */
export async function publishEvents(db: Db, publisher: Viewer, events: readonly NewEvent[]): Promise<PublishedEvent[]> {
  checkNumberOfEvents(events.length);
  const faults = faultsOfEvents(events);
  if (faults.length > 0) throw new InputError(faults);
  const causes = await causesOf(db, events);
  const claimed = await claimedIds(db, publisher, events);
  const fresh = claimed
    .map((claim, index) => ({ ...claim, cause: causes[index] as Cause }))
    .filter((claim) => !claim.duplicate);
  const userIds = await usersOf(db, publisher, events);
  const payloads = fresh.map(({ event }) => newPayload(Buffer.from(event.data.text), 'application/json'));
  const rows = fresh.map(({ id, event, cause }, index): NewEventRow => {
    const { documentType, referenceDocument, idempotencyKey } = event;
    const userId = event.user === null ? publisher.userId : (userIds.get(event.user) as string);
    const payloadId = payloads[index]?.id as string;
    const publishedBy = publisher.userId;
    const createdAt = timeOfId(id);
    return {
      id,
      documentType,
      event: event.event,
      referenceDocument,
      payloadId,
      userId,
      publishedBy,
      idempotencyKey,
      createdAt,
      ...cause,
      ...NOT_RECEIVED,
    };
  });
  await putIntoOutbox(db, rows, payloads, entriesOf(publisher, rows));
  return claimed.map(({ id, duplicate }) => ({ id, duplicate }));
}

/** Whether publishing these events takes several statements, which need a transaction. */
export function takesTransaction(publisher: Viewer, events: readonly NewEvent[]): boolean {
  const isOther = (user: string | null) => user !== null && user !== publisher.name;
  return events.some((event) => event.idempotencyKey !== null || isOther(event.user));
}

// One entry for all events, because each event contains its publisher.
function entriesOf(publisher: Viewer, [first, ...more]: readonly NewEventRow[]): AuditEntryEntity[] {
  if (!first) return [];
  const details = { count: 1 + more.length };
  const act = { action: 'events.published', subjectType: 'BusinessEvent', subjectId: first.id, details };
  return [auditEntry(publisher, act)];
}

type Claim = PublishedEvent & { event: NewEvent };

// The id of each event: a new one, or the id of the event that was published with its idempotency key.
async function claimedIds(db: Db, publisher: Viewer, events: readonly NewEvent[]): Promise<Claim[]> {
  const wanted = events.map((event) => ({ event, id: newId(), hash: hashOf(event, publisher) }));
  const claims = new Map<string, IdempotencyKey>();
  for (const { event, id, hash } of wanted) {
    const key = event.idempotencyKey;
    if (key !== null && !claims.has(key)) claims.set(key, { key, eventId: id, contentHash: hash });
  }
  const taken = claims.size > 0 ? await claimKeys(db, publisher.userId, [...claims.values()], currentTime()) : claims;
  const conflicts: UserError[] = [];
  const claimed = wanted.map(({ event, id, hash }, index): Claim => {
    const known = event.idempotencyKey === null ? undefined : taken.get(event.idempotencyKey);
    if (known && !known.contentHash.equals(hash)) conflicts.push(conflictAt(index, event));
    return { event, id: known?.eventId ?? id, duplicate: known !== undefined && known.eventId !== id };
  });
  if (conflicts.length > 0) throw new InputError(conflicts);
  return claimed;
}

function conflictAt(index: number, event: NewEvent): UserError {
  const message = `The idempotency key ${quoted(event.idempotencyKey)} was used for another event: use a new key.`;
  return { field: ['events', String(index), 'idempotencyKey'], code: 'CONFLICT', message };
}

function hashOf(event: NewEvent, publisher: Viewer): Buffer {
  const { documentType, referenceDocument, user, data } = event;
  return contentHash([documentType, event.event, referenceDocument, user ?? publisher.name, data.text]);
}

async function usersOf(db: Db, publisher: Viewer, events: readonly NewEvent[]): Promise<Map<string, string>> {
  const names = [...new Set(events.map((event) => event.user).filter((name) => name !== null))];
  const others = names.filter((name) => name !== publisher.name).sort();
  const newUser = () => {
    const id = newId();
    return { id, at: timeOfId(id) };
  };
  const ids = others.length > 0 ? await ensureUsersNamed(db, others, newUser) : new Map<string, string>();
  return ids.set(publisher.name, publisher.userId);
}
