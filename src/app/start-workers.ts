import type { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import type { DatabaseClock } from '../database/database-clock';
import { createLockedRows } from '../delivery/capacity/locked-rows.store';
import { createQueueBacklog } from '../delivery/capacity/queue-backlog';
import { startWaitingDispatcher } from '../delivery/capacity/waiting-dispatcher';
import { createWorkerCapacity } from '../delivery/capacity/worker-capacity';
import { createDirectFanOut } from '../delivery/engine/direct-fan-out';
import { createWebhookDirectory } from '../delivery/engine/matching-webhooks';
import { createFirstAttempts } from '../delivery/engine/open-first-attempts';
import { startDecidingPending } from '../delivery/engine/pending-decisions';
import { startRelay } from '../delivery/engine/relay';
import { startWorker } from '../delivery/engine/worker';
import { startWorkerLeases } from '../delivery/engine/worker-leases';
import { createSender } from '../delivery/http/send';
import { startRetryingDeadLetters } from '../delivery/queue/dead-letters';
import { createProcessShare } from '../delivery/queue/process-share.store';
import { NEW_EVENTS } from '../delivery/queue/queue.store';
import type { DirectFanOut } from '../events/publisher';
import { createHeadReader } from '../evidence/anchors/anchor-heads';
import { createHeadMemory } from '../evidence/known-head';
import { logHostOf } from '../evidence/log-key';
import type { TrustedParties } from '../evidence/verifying/tree/check-anchors';
import { startPublishingAuditEvents } from '../jobs/audit-loops';
import { startFollowing } from '../jobs/change-feed-loops';
import {
  type AnchorSettings,
  startAnchoring,
  startDestroyingKeys,
  startSealing,
  startVerifying,
} from '../jobs/evidence-loops';
import { startMailing } from '../jobs/mail-loop';
import { startMaintenance } from '../jobs/maintenance';
import { startNotifyListener } from '../jobs/notifier';
import { startApproving, startDroppingMonths, startErasing, startErasingPastLimits } from '../jobs/privacy-loops';
import type { Keyring } from '../keyring/keyring';
import type { Log } from '../logging/log';
import { tellNoOwners, tellOwners } from '../mail/owner-notices';
import type { ErasingParts } from '../privacy/erasing/run-erasures';
import { startReplayLoop } from '../replay/replay-loop';
import type { Metrics } from '../server/routes/metrics';
import { pipelinedTransactions } from '../sql/transactions';
import type { TargetPolicy } from '../webhooks/request/target-url';
import { ATTEMPTS_END_MS, type Stop, stopTogether } from './stopping';

/** What all parts of a process use. */
export interface Parts {
  /** The pool of SERVE. */
  source: DataSource;
  /** The pool of DELIVER. */
  deliver: DataSource;
  /** The connection of MONITOR. */
  monitor: DataSource;
  keyring: Keyring;
  policy: TargetPolicy;
  metrics: Metrics;
  log: Log;
  /** The URL of the login that serves requests. */
  url: string;
}

// The worker: everything that moves deliveries.

export interface Delivering {
  /** Call it after events of this process were committed to the outbox. */
  wakeRelay(): void;
  directFanOut: DirectFanOut;
}

export function startDelivering(
  { mail, publicUrl }: Pick<Config, 'mail' | 'publicUrl'>,
  parts: Parts,
  clock: DatabaseClock,
  stops: Stop[],
): Delivering {
  const { source, deliver, keyring, policy, metrics, log, url } = parts;
  const transaction = pipelinedTransactions(deliver);
  const sender = createSender(policy);
  stops.push({ part: 'connections to partners', stop: () => sender.stop() });
  const capacity = createWorkerCapacity();
  const queueBacklog = createQueueBacklog();
  const locked = createLockedRows(deliver.manager);
  const leases = startWorkerLeases({
    db: deliver.manager,
    transaction,
    log,
    onTakenOver: () => worker.wake(),
  });
  stops.push({ part: 'leases', stop: () => leases.stop() });
  const loops: Stop[] = [];
  stops.push({ part: null, stop: (deadline) => stopTogether(loops, deadline) });
  const readEvidenceHead = createHeadReader();
  const worker = startWorker({
    db: deliver.manager,
    transaction,
    keyring,
    readEvidenceHead,
    sender,
    capacity,
    queueBacklog,
    locked,
    leases,
    log,
    tellOwners: mail ? tellOwners : tellNoOwners,
    onAttemptEnded: metrics.attemptEnded,
    onWaiting: () => dispatcher.wake(),
    onSlotFreed: (webhookId) => dispatcher.slotFreed(webhookId),
  });
  const dispatcher = startWaitingDispatcher({
    db: deliver.manager,
    transaction,
    log,
    locked,
    freeFor: capacity.freeFor,
    onDispatched: worker.wake,
  });
  loops.push({ part: 'waiting dispatcher', stop: () => dispatcher.stop() });
  const directory = createWebhookDirectory();
  const share = createProcessShare(deliver.manager, () => listener.session());
  const fanOutParts = { db: deliver.manager, transaction, directory, locked, share, log };
  const pending = startDecidingPending({ ...fanOutParts, onDecided: worker.wake });
  loops.push({ part: 'pending decisions', stop: () => pending.stop() });
  const firstAttempts = createFirstAttempts({ keyring, readEvidenceHead, capacity, queueBacklog, leases, worker });
  const relay = startRelay({ ...fanOutParts, firstAttempts, onQueued: worker.wake, onPending: pending.wake });
  const directFanOut = createDirectFanOut({
    directory,
    firstAttempts,
    behindSince: relay.behindSince,
  });
  const stopOpening = () => Promise.all([relay.stop(), directFanOut.stop()]);
  loops.push({ part: 'relay and delivery worker', stop: () => worker.stop(ATTEMPTS_END_MS, stopOpening()) });
  const retries = startRetryingDeadLetters(deliver.manager, log, () => {
    worker.wake();
    relay.wakeForAll();
    pending.wake();
  });
  loops.push({ part: 'dead letters', stop: () => retries.stop() });
  const replays = startReplayLoop({ db: deliver.manager, transaction, log, onReplayed: worker.wake });
  loops.push({ part: 'replays', stop: () => replays.stop() });
  const maintenance = startMaintenance(source, clock, keyring, log);
  // the month of the new time may have no partitions
  clock.onSet(maintenance.wake);
  loops.push({ part: 'maintenance', stop: () => maintenance.stop() });
  const listener = startNotifyListener(url, log, (what) => {
    if (what === 'everything') directory.forget();
    if (what === NEW_EVENTS) relay.wake();
    else if (what !== 'deliveries') relay.wakeForAll();
    if (what !== NEW_EVENTS && what !== 'events') {
      worker.wake();
      dispatcher.wake();
    }
  });
  loops.push({ part: 'notify listener', stop: () => listener.stop() });
  if (mail && publicUrl !== null) {
    const mailing = startMailing({
      db: deliver.manager,
      keyring,
      mail,
      url: publicUrl,
      log,
      onEnded: metrics.mailEnded,
    });
    loops.push({ part: 'mail', stop: () => mailing.stop() });
  }
  return { wakeRelay: relay.wake, directFanOut };
}

export interface IndexingParts {
  anchors: AnchorSettings & { parties: TrustedParties };
  erasing: ErasingParts;
}

/** Starts what a process with the role `indexer` does: the work behind the log, beside that of other indexers. */
export function startIndexing(
  config: Config,
  { deliver, keyring, policy, log }: Parts,
  { anchors, erasing }: IndexingParts,
  stops: Stop[],
): void {
  const host = logHostOf(config);
  const memory = createHeadMemory(config.evidenceHeadFile, host);
  const started = (part: string, loop: { stop(): Promise<unknown> }) => stops.push({ part, stop: () => loop.stop() });
  started('following the log', startFollowing(deliver, log));
  started('sealing', startSealing(deliver, keyring, { host, memory }, log));
  started('destroying keys', startDestroyingKeys(deliver, log));
  started('anchoring', startAnchoring(deliver, anchors, policy, log));
  started('approving', startApproving(erasing, log));
  started('erasing', startErasing(erasing, log));
  started('erasing past limits', startErasingPastLimits(erasing, log));
  started('dropping months', startDroppingMonths(deliver, log));
  started('publishing audit events', startPublishingAuditEvents(deliver, log));
  started('verifying evidence', startVerifying(deliver, { keyring, ...anchors.parties }, log));
}
