// The worker: everything that moves deliveries.
import type { DatabaseClock } from '../database/database-clock';
import { createFirstAttempts } from '../delivery/attempt/open-first-attempts';
import { startWorker } from '../delivery/attempt/worker';
import { startWorkerLeases } from '../delivery/attempt/worker-leases';
import { createDueJobs } from '../delivery/capacity/due-jobs';
import { createLockedRows } from '../delivery/capacity/locked-rows';
import { startWaitingDispatcher } from '../delivery/capacity/waiting-dispatcher';
import { createWorkerCapacity } from '../delivery/capacity/worker-capacity';
import { createDirectFanOut } from '../delivery/fan-out/direct-fan-out';
import { startDecidingPending } from '../delivery/fan-out/pending-decisions';
import { startRelay } from '../delivery/fan-out/relay';
import { createWebhookDirectory } from '../delivery/fan-out/webhook-directory';
import { createSender } from '../delivery/http/send';
import { startRetryingDeadLetters } from '../delivery/queue/dead-letters';
import { NEW_EVENTS } from '../delivery/queue/notify.store';
import { createProcessShare } from '../delivery/queue/process-share';
import type { DirectFanOut } from '../events/publisher';
import { createHeadReader } from '../evidence/anchors/sent-head';
import { startMaintenance } from '../jobs/maintenance';
import { startNotifyListener } from '../jobs/notify-listener';
import type { Commits } from '../loop';
import { startReplayLoop } from '../replay/replay-loop';
import { pipelinedTransactions } from '../sql/transactions';
import type { Parts } from './process-parts';
import { ATTEMPTS_END_MS, type Stop, stopTogether } from './stops';

export interface Delivering {
  /** Call it after events of this process were committed to the outbox. */
  wakeRelay(): void;
  directFanOut: DirectFanOut;
}

export function startDelivering(parts: Parts, clock: DatabaseClock, commits: Commits, stops: Stop[]): Delivering {
  const { source, deliver, keyring, policy, metrics, log, url } = parts;
  const transaction = pipelinedTransactions(deliver);
  const sender = createSender(policy);
  stops.push({ part: 'connections to partners', stop: () => sender.stop() });
  const capacity = createWorkerCapacity();
  const dueJobs = createDueJobs();
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
    dueJobs,
    locked,
    leases,
    log,
    onAttemptEnded: metrics.attemptEnded,
    onWaiting: () => dispatcher.wake(),
    onSlotFreed: (webhookId) => dispatcher.slotFreed(webhookId),
  });
  const dispatcher = startWaitingDispatcher({
    db: deliver.manager,
    transaction,
    log,
    commits,
    locked,
    freeFor: capacity.freeFor,
    onDispatched: worker.wake,
  });
  loops.push({ part: 'waiting dispatcher', stop: () => dispatcher.stop() });
  const directory = createWebhookDirectory();
  const share = createProcessShare(deliver.manager, () => listener.session());
  const fanOutParts = { db: deliver.manager, transaction, directory, locked, share, commits, log };
  const pending = startDecidingPending({ ...fanOutParts, onDecided: worker.wake });
  loops.push({ part: 'pending decisions', stop: () => pending.stop() });
  const firstAttempts = createFirstAttempts({ keyring, readEvidenceHead, capacity, dueJobs, leases, worker });
  const relay = startRelay({ ...fanOutParts, firstAttempts, onQueued: worker.wake, onPending: pending.wake });
  const directFanOut = createDirectFanOut({
    directory,
    firstAttempts,
    behindSince: relay.behindSince,
    onQueued: worker.wake,
  });
  const stopOpening = () => Promise.all([relay.stop(), directFanOut.stop()]);
  loops.push({ part: 'relay and delivery worker', stop: () => worker.stop(ATTEMPTS_END_MS, stopOpening()) });
  const retries = startRetryingDeadLetters(deliver.manager, log, () => {
    worker.wake();
    relay.wakeForAll();
    pending.wake();
  });
  loops.push({ part: 'dead letters', stop: () => retries.stop() });
  const replays = startReplayLoop({ db: deliver.manager, transaction, log, commits, onReplayed: worker.wake });
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
  return { wakeRelay: relay.wake, directFanOut };
}
