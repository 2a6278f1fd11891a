// Writes what waits to be recorded, in batches.
import { currentMs, currentTime } from '../../clock';
import type { Db } from '../../sql/db';
import { insertAuditEntries, type NewAuditEntry } from '../audit-entry.store';
import { auditEntry } from '../write-audit-entry';
import { addDenials, closeWindows, type EndedDenial, openWindows } from './audit-window.store';
import { type Denial, type DenialNotes, denialWindows } from './denial-windows';
import type { ReadNote, ReadNotes } from './reading-windows';

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
function entryOfRead({ viewer, subject, readAt, criteria, details }: ReadNote): NewAuditEntry {
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

function entryOfDenial({ denial, count }: EndedDenial): NewAuditEntry {
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
