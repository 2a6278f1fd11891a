// Orders the file of everything that is recorded about a person.

import type { Viewer } from '../../access/viewer';
import type { AuditEntryRow } from '../../audit/audit-entry.store';
import { shownEntry } from '../../audit/audit-export';
import { recordAct } from '../../audit/write-audit-entry';
import { InputError, inputError } from '../../errors/errors';
import { type ExportPlan, type ExportRow, insertExport, readContents } from '../../request-log/export/export.store';
import { type Batch, lineWithContent, lineWithDocument, oneLineEach } from '../../request-log/export/export-batches';
import { newExport } from '../../request-log/export/request-export';
import { type Condition, sqlTest } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { findUser } from '../../users/user.store';
import { FIRST_ID, toNodeId } from '../../values/ids';
import { reasonFault } from '../../values/reason';
import type { Targets } from '../erasing/erased-rows.store';
import { type ErasureTarget, targetsOf } from '../erasing/order-erasure';
import { pagesOfPerson, pagesOfTargets } from '../erasing/run-erasures';
import { type Recipient, recipientsOfRequests } from '../erasure-recipients.store';
import {
  deliveriesOf,
  documentsOf,
  entriesAbout,
  entriesBy,
  erasuresNamed,
  erasuresOfRequests,
  eventsOf,
  keysOfPerson,
  namesOfPerson,
  type PersonalEvent,
  sessionsOfPerson,
  targetsOfExport,
} from './personal-rows.store';

/** The order has ids and no name: it outlives what is erased. @throws InputError for its faults */
export async function orderPersonalData(
  db: Db,
  viewer: Viewer,
  target: ErasureTarget,
  reason: string,
): Promise<ExportRow> {
  const refuse = (message: string): never => {
    throw inputError([...target.field], 'NOT_FOUND', message);
  };
  const fault = reasonFault(reason);
  if (fault !== null) throw new InputError([fault]);
  const targets = await targetsOf(db, target);
  const userId = target.kind === 'PERSON' ? target.userId : null;
  if (userId !== null && !(await findUser(db, userId))) refuse('There is no user with this id.');
  if (userId === null && targets.events.length + targets.requests.length === 0) {
    refuse('There is no event and no request with this content.');
  }
  const row = await newExport(db, {
    kind: 'PERSON',
    format: 'NDJSON',
    includeContent: true,
    byteOrderMark: false,
    readsContent: true,
    condition: null,
    orderedBy: viewer.userId,
    userId,
  });
  const { events: eventIds, requests: requestIds } = targets;
  await insertExport(db, row, userId === null ? { eventIds, requestIds } : null);
  const details = {
    kind: row.kind,
    user: userId && toNodeId('User', userId),
    ...(userId === null && { events: eventIds.length, requests: requestIds.length }),
  };
  const subject = { subjectType: 'Export', subjectId: row.id };
  await recordAct(db, viewer, { action: 'export.ordered', ...subject, reason: reason.trim(), details });
  return row;
}

// Everything that is recorded about a person, as NDJSON (GDPR Art. 15). Each line says its kind.

/** Events, or requests without an event, that are read at once. */
const TARGETS = 50;
const ROWS = 500;
const BYTES = 1024 * 1024;

interface Reading {
  db: Db;
  row: ExportRow;
  /** Called before each page. If it throws, the file breaks off. */
  check(): Promise<void>;
  recipients: RecipientList;
  /** Erasures of the rows that were read. */
  erasures: Set<string>;
}

export async function* personalDataLines(db: Db, row: ExportRow, check: () => Promise<void>): AsyncGenerator<Batch> {
  const reading: Reading = { db, row, check, recipients: new RecipientList(), erasures: new Set() };
  if (row.userId !== null) yield* aboutUser(reading, row.userId);
  for await (const targets of pagesOf(db, row)) {
    await check();
    yield* linesOf(reading, targets);
  }
  yield batch(reading.recipients.lines());
  await check();
  const erased = await erasuresNamed(db, [...reading.erasures], row.userId);
  yield batch(
    erased.map(({ kind: erasureKind, id, ...each }) => ({
      kind: 'erasure',
      id: erasureNode(id),
      erasureKind,
      ...each,
    })),
  );
}

async function* aboutUser({ db, row, check }: Reading, userId: string): AsyncGenerator<Batch> {
  const user = await findUser(db, userId);
  const names = await namesOfPerson(db, userId);
  const keys = await keysOfPerson(db, userId);
  const sessions = await sessionsOfPerson(db, userId);
  yield batch([
    { kind: 'user', ...user, id: toNodeId('User', userId) },
    ...names.map((name) => ({ kind: 'name', ...name })),
    ...keys.map((key) => ({ kind: 'apiKey', ...key, id: toNodeId('ApiKey', key.id) })),
    ...sessions.map((session) => ({ kind: 'session', ...session, id: toNodeId('Session', session.id) })),
  ]);
  const subjects = [userId, ...keys.map(({ id }) => id), ...sessions.map(({ id }) => id)];
  yield* entryBatches(row, check, (range) => entriesBy(db, userId, range, ROWS));
  yield* entryBatches(row, check, (range) => entriesAbout(db, subjects, range, ROWS), userId);
}

/** @param except whose entries are left out: they stand elsewhere in the file */
async function* entryBatches(
  { id: last }: ExportRow,
  check: () => Promise<void>,
  read: (range: { after: string; last: string }) => Promise<AuditEntryRow[]>,
  except: string | null = null,
): AsyncGenerator<Batch> {
  for (let after: string | undefined = FIRST_ID; after !== undefined; ) {
    await check();
    const entries: AuditEntryRow[] = await read({ after, last });
    const others = entries.filter(({ actorId }) => except === null || actorId !== except);
    yield batch(others.map((entry) => ({ kind: 'auditEntry', ...shownEntry(entry, (value) => value) })));
    after = entries.length === ROWS ? entries.at(-1)?.id : undefined;
  }
}

async function* pagesOf(db: Db, { id, userId }: ExportRow): AsyncGenerator<Targets> {
  const named = await targetsOfExport(db, id);
  if (named !== null) yield* pagesOfTargets(named, TARGETS);
  else if (userId !== null) yield* pagesOfPerson(db, userId, TARGETS, id);
}

async function* linesOf(reading: Reading, targets: Targets): AsyncGenerator<Batch> {
  const { db, row, check } = reading;
  const subjects = [...targets.events];
  const events = await eventsOf(db, targets.events);
  for (const part of partsOf(events)) {
    await check();
    yield await eventBatch(reading, part);
  }
  for await (const { ids, ...lines } of deliveryBatches(reading, targets.events)) {
    subjects.push(...ids);
    yield lines;
  }
  const { events: eventIds, requests } = targets;
  // one index each
  const conditions = [
    ...(eventIds.length > 0 ? [sqlTest((bind) => `business_event_id = any(${bind(eventIds)}::uuid[])`)] : []),
    ...(requests.length > 0 ? [sqlTest((bind) => `id = any(${bind(requests)}::uuid[])`)] : []),
  ];
  for (const condition of conditions) {
    for await (const { ids, ...lines } of requestBatches(reading, condition)) {
      subjects.push(...ids);
      yield lines;
    }
  }
  yield* entryBatches(row, check, (range) => entriesAbout(db, subjects, range, ROWS), row.userId);
}

/** So few that their documents together have about a megabyte. */
function* partsOf(events: readonly PersonalEvent[]): Generator<PersonalEvent[]> {
  let part: PersonalEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    if (part.length > 0 && bytes + event.bytes > BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += event.bytes;
  }
  if (part.length > 0) yield part;
}

async function eventBatch({ db, erasures }: Reading, events: readonly PersonalEvent[]): Promise<Batch> {
  const documents = await documentsOf(
    db,
    events.map(({ id }) => id),
  );
  const texts = events.map(({ id, userId, publishedBy, bytes: _bytes, erasureId, ...facts }) => {
    if (erasureId !== null) erasures.add(erasureId);
    const ids = {
      id: toNodeId('BusinessEvent', id),
      userId: toNodeId('User', userId),
      publishedBy: toNodeId('User', publishedBy),
    };
    const line = { kind: 'event', ...ids, ...facts, erasedBy: erasureNode(erasureId) };
    return ended(lineWithDocument(line, documents.get(id) ?? null));
  });
  return { texts, rows: texts.length };
}

async function* deliveryBatches(
  { db, erasures, check }: Reading,
  eventIds: readonly string[],
): AsyncGenerator<Batch & { ids: string[] }> {
  for (let after: string | undefined = FIRST_ID; after !== undefined; ) {
    await check();
    const rows = await deliveriesOf(db, eventIds, after, ROWS);
    for (const { erasureId } of rows) if (erasureId !== null) erasures.add(erasureId);
    const lines = rows.map(({ id, businessEventId, webhookId, erasureId, ...facts }) => ({
      kind: 'delivery',
      id: toNodeId('Delivery', id),
      businessEventId: toNodeId('BusinessEvent', businessEventId),
      webhookId: toNodeId('Webhook', webhookId),
      ...facts,
      erasedBy: erasureNode(erasureId),
    }));
    yield { ...batch(lines), ids: rows.map(({ id }) => id) };
    after = rows.length === ROWS ? rows.at(-1)?.id : undefined;
  }
}

async function* requestBatches(
  { db, row, check, recipients, erasures }: Reading,
  condition: Condition,
): AsyncGenerator<Batch & { ids: string[] }> {
  const plan: ExportPlan = { condition, format: 'NDJSON', seesAll: true };
  for (let [after, more] = [FIRST_ID, true]; more; ) {
    await check();
    const page = await readContents(db, plan, { after, last: row.lastRequestId }, ROWS, BYTES);
    const ids = page.rows.map(({ id }) => id);
    const erased = await erasuresOfRequests(db, ids);
    for (const erasure of erased.values()) erasures.add(erasure);
    recipients.add(await recipientsOfRequests(db, ids));
    const texts = page.rows.map((each) => {
      const erasure = JSON.stringify(erasureNode(erased.get(each.id) ?? null));
      return ended(`{"kind":"request",${lineWithContent(each, 'NDJSON').slice(1, -1)},"erasedBy":${erasure}}`);
    });
    yield { texts, rows: texts.length, ids };
    after = ids.at(-1) ?? after;
    more = page.more && ids.length > 0;
  }
}

const ended = (line: string) => oneLineEach(`${line}\n`);

function batch(lines: readonly object[]): Batch {
  return { texts: lines.map((line) => ended(JSON.stringify(line))), rows: lines.length };
}

function erasureNode(id: string | null): string | null {
  return id && toNodeId('Erasure', id);
}

// The partners that have received the requests of a file, each once.

/** Beyond this number of hosts of templated URLs, further ones of a webhook share a line without a host. */
const MAX_HOSTS = 10_000;

class RecipientList {
  private readonly found = new Map<string, Recipient>();

  add(recipients: readonly Recipient[]): void {
    for (const each of recipients) {
      const host = this.found.size < MAX_HOSTS || this.found.has(keyOf(each)) ? each.host : '';
      const key = keyOf({ ...each, host });
      const before = this.found.get(key) ?? each;
      this.found.set(key, {
        ...each,
        host,
        firstAt: new Date(Math.min(before.firstAt.getTime(), each.firstAt.getTime())),
        lastAt: new Date(Math.max(before.lastAt.getTime(), each.lastAt.getTime())),
        requestCount: each.requestCount + (before === each ? 0 : before.requestCount),
      });
    }
  }

  lines(): object[] {
    return [...this.found.values()].map(({ webhookId, ...each }) => ({
      kind: 'recipient',
      webhookId: toNodeId('Webhook', webhookId),
      ...each,
    }));
  }
}

const keyOf = ({ webhookId, host }: Recipient) => `${webhookId} ${host}`;
