// What is recorded in the audit trail soon after it happened, so that reads do not wait for it.
import { credentialId, type Viewer } from '../../access/viewer';
import type { Db } from '../../sql/db';
import { currentMs, currentTime } from '../../time/clock';
import { type AuditEntryRow, insertAuditEntries } from '../audit-entry.store';
import { type Act, auditEntry, recordAct } from '../write-audit-entry';
import { addDenials, closeWindows, type EndedDenial, openWindows } from './audit-window.store';
import {
  type ContentRead,
  type Denial,
  type DenialNotes,
  denialWindows,
  digestOf,
  type ReadNote,
  type ReadNotes,
  readWindowEnd,
} from './note-windows';

declare module '../../graphql/context' {
  interface Services {
    auditNotes: AuditNotes;
  }
}

export interface AuditNotes {
  /** One entry for each viewer, operation, filter and 15 minutes. */
  read(viewer: Viewer, read: ContentRead): void;
  /** One entry for each viewer, field and minute, with a count. @param field `Type.field`, or method and path of a route */
  denied(viewer: Viewer, field: string): void;
}

// Writes what waits to be recorded, in batches.

const BATCH = 500;
/** How long it is known that a batch of counts was written. A process that lost the answer tries it again within this time. */
const BATCH_MS = 3_600_000;

type Transaction = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

/** Records the first readings that wait. @returns whether there may be more */
export async function writeReads(transaction: Transaction, notes: ReadNotes): Promise<boolean> {
  const batch = notes.first(BATCH);
  if (batch.length > 0) await transaction((db) => recordReads(db, batch));
  notes.remove(batch.length);
  return batch.length === BATCH;
}

async function recordReads(db: Db, batch: readonly ReadNote[]): Promise<void> {
  const opened = await openWindows(
    db,
    batch.map(({ key, windowEndsAt }) => ({ key, endsAt: windowEndsAt })),
  );
  const entries = batch.filter(({ key }) => opened.has(key.toString('hex'))).map(entryOfRead);
  if (entries.length > 0) await insertAuditEntries(db, entries);
}

// The id is made now, because the database refuses old ones. `readAt` is earlier, by minutes if the database was away.
function entryOfRead({ viewer, subject, readAt, criteria, details }: ReadNote): AuditEntryRow {
  return auditEntry(viewer, {
    action: 'content.read',
    subjectType: subject?.name ?? null,
    subjectId: subject?.id ?? null,
    criteria,
    details: { ...details, readAt },
  });
}

/** Adds the counts of this process to those of the others. */
export async function writeDenials(db: Db, notes: DenialNotes): Promise<void> {
  for (let batch = notes.next(); batch !== null; batch = notes.next()) {
    const isTriedUntil = new Date(currentMs() + BATCH_MS);
    await addDenials(db, { key: batch.id, endsAt: isTriedUntil }, denialWindows(batch.counts));
    notes.written();
  }
}

/** Records the denials of minutes that have ended, and forgets ended windows. @returns whether there may be more */
export function closeEndedWindows(transaction: Transaction): Promise<boolean> {
  return transaction(async (db) => {
    const { closed, denials } = await closeWindows(db, currentTime(), BATCH);
    if (denials.length > 0) await insertAuditEntries(db, denials.map(entryOfDenial));
    return closed === BATCH;
  });
}

function entryOfDenial({ denial, count }: EndedDenial): AuditEntryRow {
  const { actor, field, firstAt } = JSON.parse(denial) as Denial;
  const details = { field, count, firstAt };
  return auditEntry(actor, {
    action: 'access.denied',
    subjectType: null,
    subjectId: null,
    outcome: 'DENIED',
    details,
  });
}

/** Records that readings or refusals are missing from the trail. */
export async function recordLost(db: Db, reads: number, denials: number): Promise<void> {
  const entry = auditEntry(null, {
    action: 'audit.notes_lost',
    subjectType: null,
    subjectId: null,
    details: { reads, denials },
  });
  await insertAuditEntries(db, [entry]);
}

// An act that a person repeats many times in a minute, such as the preview of a draft while they type.

/** Records the act unless an equal one of this viewer was recorded in the same 15 minutes. It must run in a transaction. */
export async function recordOncePerWindow(db: Db, viewer: Viewer, act: Act): Promise<void> {
  const endsAt = readWindowEnd(currentMs());
  const key = digestOf(`${viewer.userId} ${credentialId(viewer)} ${JSON.stringify(act)} ${endsAt}`);
  const opened = await openWindows(db, [{ key, endsAt: new Date(endsAt) }]);
  if (opened.size > 0) await recordAct(db, viewer, act);
}
