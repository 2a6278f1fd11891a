// The audit trail as NDJSON, oldest first.

import type { Viewer } from '../access/viewer';
import type { Db } from '../sql/db';
import { firstIdAt, idBounds, isNodeName, newId, toNodeId } from '../values/ids';
import { type AuditEntryRow, type EntryRange, type ExportedEntry, exportedEntries } from './audit-entry.store';
import { readDetails, recordAct } from './write-audit-entry';

export interface ExportedPart {
  /** The entry after which the file begins; null: at its beginning. */
  after: string | null;
  from: Date | null;
  to: Date | null;
}

export interface AuditExport {
  id: string;
  range: EntryRange;
}

const BATCH = 1_000;

/** Records that the trail is exported. The file has the entries that precede this one. */
export async function beginAuditExport(db: Db, viewer: Viewer, part: ExportedPart): Promise<AuditExport> {
  const id = newId();
  const details = {
    continuesAfter: part.after && toNodeId('AuditEntry', part.after),
    from: part.from,
    to: part.to,
  };
  await recordAct(db, viewer, { action: 'audit.exported', subjectType: 'AuditExport', subjectId: id, details });
  const [, after] = idBounds([part.after ?? firstIdAt(0), firstIdAt(part.from?.getTime() ?? 0)]);
  const [last] = idBounds([part.to === null ? id : firstIdAt(part.to.getTime()), id]);
  return { id, range: { after, last } };
}

export async function endAuditExport(db: Db, viewer: Viewer, { id }: AuditExport, sent: object): Promise<void> {
  const act = { action: 'audit.export_ended', subjectType: 'AuditExport', subjectId: id };
  await recordAct(db, viewer, { ...act, details: { ...sent } });
}

/**
 * @param shown gives what a viewer may see of before, after and details now
 * @param check called before each statement; if it throws, the file breaks off
 */
export async function* auditLines(
  db: Db,
  { after, last }: EntryRange,
  shown: () => Promise<(value: unknown) => unknown>,
  check: () => Promise<void>,
): AsyncGenerator<{ texts: AsyncIterable<string>; rows: number }> {
  for (let from: string | undefined = after; from !== undefined; ) {
    await check();
    const entries: ExportedEntry[] = await exportedEntries(db, { after: from, last }, BATCH);
    if (entries.length > 0) yield { texts: linesOf(entries, shown), rows: entries.length };
    from = entries.length === BATCH ? entries.at(-1)?.id : undefined;
  }
}

/** Entries that are masked at a time, when they are sent: their reader may be slow, and rules change. */
const PIECE = 100;

async function* linesOf(
  entries: readonly ExportedEntry[],
  shown: () => Promise<(value: unknown) => unknown>,
): AsyncGenerator<string> {
  for (let at = 0; at < entries.length; at += PIECE) {
    const show = await shown();
    const lines = entries.slice(at, at + PIECE).map((entry) => `${JSON.stringify(shownEntry(entry, show))}\n`);
    yield lines.join('');
  }
}

/** @param show gives what the viewer may see of before, after and details */
export function shownEntry(
  entry: AuditEntryRow & { actorName?: string | null },
  show: (value: unknown) => unknown,
): object {
  const { actorId, apiKeyId, sessionId, subjectType, subjectId } = entry;
  const { before, after, others, criteria } = readDetails(entry);
  return {
    id: toNodeId('AuditEntry', entry.id),
    createdAt: entry.createdAt,
    action: entry.action,
    outcome: entry.outcome,
    actorKind: entry.actorKind,
    actorId: actorId && toNodeId('User', actorId),
    actorName: entry.actorName,
    apiKeyId: apiKeyId && toNodeId('ApiKey', apiKeyId),
    sessionId: sessionId && toNodeId('Session', sessionId),
    subjectType,
    subjectId: subjectType && subjectId && isNodeName(subjectType) ? toNodeId(subjectType, subjectId) : subjectId,
    reason: entry.reason,
    before: show(before),
    after: show(after),
    details: show(others),
    criteria: show(criteria),
    remoteAddress: entry.remoteAddress,
    userAgent: entry.userAgent,
    identityIssuer: entry.identityIssuer,
    identitySubject: entry.identitySubject,
    requestId: entry.requestId,
  };
}
