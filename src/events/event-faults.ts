// The rules for what may be published. They need no database.
import { InputError, quoted, type UserError } from '../errors/errors';
import { atOnce, inTurns } from '../json/turns';
import { textFault } from '../values/text';
import { isOwnDocumentType } from '../webhooks/setting-limits';
import { causeFault } from './causes.store';

export const MAX_EVENTS = 500;
const MAX_PAYLOAD_BYTES = 256 * 1024;
const MAX_TOTAL_BYTES = 16 * 1024 * 1024;
/** In addition to the first fault of each event, so that each faulty event is named. */
const MAX_FURTHER_FAULTS = 100;

/** A JSON value as its sender wrote it. */
export interface ExactData {
  text: string;
  bytes: number;
  /** Found when they are read. */
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
  /** Where it belongs in a trace, as `traceparentOf` keeps it; absent: where its call does. */
  traceparent?: string | null;
  /** The UUID that it gets; absent: a new one. */
  id?: string;
}

/** @throws InputError when there are too few or too many events. */
export function checkNumberOfEvents(count: number): void {
  if (count >= 1 && count <= MAX_EVENTS) return;
  const message = `events has ${count} entries; 1 to ${MAX_EVENTS} are allowed.`;
  throw new InputError([{ field: ['events'], code: count === 0 ? 'REQUIRED' : 'TOO_LARGE', message }]);
}

/** Above this, `faultsOfEvents` takes longer than others should wait. */
const LONG_BYTES = 1024 * 1024;

/** The faults of the events of one call; of a long one, others run meanwhile. */
export function faultsOfEvents(events: readonly NewEvent[]): UserError[] | Promise<UserError[]> {
  const bytes = events.reduce((sum, { data }) => sum + data.bytes, 0);
  const steps = faultsOneByOne(events, bytes);
  return bytes > LONG_BYTES ? inTurns(steps) : atOnce(steps);
}

function* faultsOneByOne(events: readonly NewEvent[], bytes: number): Generator<void, UserError[]> {
  const faults: UserError[] = [];
  let furtherLeft = MAX_FURTHER_FAULTS;
  for (const [index, event] of events.entries()) {
    const [first, ...all] = faultsOfEvent(event, ['events', String(index)]);
    const further = all.slice(0, furtherLeft);
    if (first) faults.push(first, ...further);
    furtherLeft -= further.length;
    yield;
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
    const message = `data is ${data.bytes} bytes; at most ${MAX_PAYLOAD_BYTES} (256 KiB) are allowed.`;
    return [{ field: path, code: 'TOO_LARGE', message }];
  }
  return data.problems.map(({ path: below, message, isTooLarge }) => ({
    field: [...path, ...below],
    code: isTooLarge ? 'TOO_LARGE' : 'INVALID',
    message,
  }));
}
