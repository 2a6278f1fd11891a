// Publishes entries of the audit trail as events, for webhooks that a SYSTEM_MANAGER allowed to receive them.
import type { DataSource } from 'typeorm';
import { hasQueuedEntries, type QueuedEntry, takeQueuedEntries } from '../audit/audit-entry.store';
import { type AuditNotes, closeEndedWindows, recordLost, writeDenials, writeReads } from '../audit/notes/audit-notes';
import { createDenialNotes, createReadNotes } from '../audit/notes/note-windows';
import type { OwnEvent } from '../events/own-events';
import { publishOwnEvents } from '../events/publish-own-events';
import type { Log } from '../logging/log';
import { batched } from '../sql/batched-statements';
import type { Db } from '../sql/db';
import { currentMs } from '../time/clock';
import { type Loop, startLoop } from '../time/loop';
import { isNodeName, toNodeId } from '../values/ids';
import { AUDIT_EVENT_PREFIX } from '../webhooks/setting-limits';

const PUBLISHING_REST_MS = 2_000;
const BATCH = 200;

/** A trigger queues entries while a webhook may receive them: migrations/9-evidence.sql. */
export function startPublishingAuditEvents(source: DataSource, log: Log): Loop {
  return startLoop(
    'audit events',
    PUBLISHING_REST_MS,
    log,
    // a transaction for nothing would be three statements
    async () =>
      (await hasQueuedEntries(batched(source.manager))) &&
      (await source.transaction((db) => publishQueuedEntries(db))) === BATCH,
  );
}

/** @returns how many */
async function publishQueuedEntries(db: Db): Promise<number> {
  const entries = await takeQueuedEntries(db, BATCH);
  await publishOwnEvents(db, entries.map(eventOf));
  return entries.length;
}

// docs/own-events.md documents the keys: change both. Neither reason nor values: roles that may not read the trail may read
// events.
function eventOf(entry: QueuedEntry): OwnEvent {
  const { actorId, apiKeyId, subjectType, subjectId } = entry;
  const id = toNodeId('AuditEntry', entry.id);
  const data = {
    entry: id,
    action: entry.action,
    outcome: entry.outcome,
    createdAt: entry.createdAt,
    actor: actorId && { id: toNodeId('User', actorId), name: entry.actorName },
    apiKey: apiKeyId && toNodeId('ApiKey', apiKeyId),
    subjectType,
    subject: subjectType && subjectId && isNodeName(subjectType) ? toNodeId(subjectType, subjectId) : null,
    remoteAddress: entry.remoteAddress,
    requestId: entry.requestId,
  };
  // what Hookledger itself did with a webhook, such as disabling it, may come of these deliveries
  const ofItself = entry.actorKind === 'SYSTEM' && subjectType === 'Webhook' && subjectId !== null ? [subjectId] : [];
  return {
    event: `${AUDIT_EVENT_PREFIX}${entry.action}`,
    referenceDocument: id,
    data,
    causedBy: null,
    causePath: ofItself,
  };
}

/** Gathers notes for one transaction. */
const PACE_MS = 1_000;
/** How often a process without notes of its own records what others have counted. */
const WRITING_REST_MS = 60_000;
const MINUTE_MS = 60_000;
const GRACE_MS = 4_000;

export interface AuditNotesWriter extends AuditNotes {
  /** Writes all that waits. */
  stop(): Promise<void>;
}

/** Writes entries of readings within a second, and those of denials when their minute has ended. */
export function startAuditNotes(source: DataSource, log: Log): AuditNotesWriter {
  const reads = createReadNotes();
  const denials = createDenialNotes();
  const lost = { reads: 0, denials: 0 };
  // when the minute of the denials that this process has counted is complete; null: it has counted none
  let minuteEnd: number | null = null;
  const transaction: typeof source.transaction = source.transaction.bind(source);

  async function write(): Promise<boolean> {
    const mayBeMore = await writeReads(transaction, reads);
    await writeDenials(source.manager, denials);
    lost.reads += reads.takeLost();
    lost.denials += denials.takeLost();
    if (lost.reads + lost.denials > 0) {
      log.error({ ...lost }, 'readings or denials are missing from the audit trail: too many waited to be recorded');
      await recordLost(source.manager, lost.reads, lost.denials);
      lost.reads = 0;
      lost.denials = 0;
    }
    return mayBeMore;
  }

  const loop = startLoop(
    'audit notes',
    WRITING_REST_MS,
    log,
    async () => {
      const mayBeMore = await write();
      const isMinuteOver = minuteEnd !== null && currentMs() >= minuteEnd;
      if (isMinuteOver) minuteEnd = null;
      if ((await closeEndedWindows(transaction)) || mayBeMore) return true;
      return minuteEnd === null ? false : Math.max(1, minuteEnd - currentMs());
    },
    () => PACE_MS,
  );
  return {
    read(viewer, read) {
      if (reads.add(viewer, read)) loop.wake();
    },
    denied(viewer, field) {
      denials.add(viewer, field);
      minuteEnd ??= (Math.floor(currentMs() / MINUTE_MS) + 1) * MINUTE_MS + GRACE_MS;
      loop.wake();
    },
    async stop() {
      await loop.stop();
      while (await write());
    },
  };
}
