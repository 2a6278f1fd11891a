// Publishes entries of the audit trail as events, for webhooks that a SYSTEM_MANAGER allowed to receive them.
import type { DataSource } from 'typeorm';
import { hasQueuedEntries, type QueuedEntry, takeQueuedEntries } from '../audit/events/audit-event-queue.store';
import { type OwnEvent, publishOwnEvents } from '../events/own-events';
import { isNodeName, toNodeId } from '../ids';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import type { Db } from '../sql/db';
import { batched } from '../sql/wire/batched-statements';
import { AUDIT_EVENT_PREFIX } from '../webhooks/own-document-type';

const REST_MS = 2_000;
const BATCH = 200;

/** A trigger queues entries while a webhook may receive them: migrations/9-evidence.sql. */
export function startPublishingAuditEvents(source: DataSource, commits: Commits, log: Log): Loop {
  return startLoop(
    'audit events',
    restUntilCommit(REST_MS, commits),
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
