// The one reader of the feed, for all who watch in this process.
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../log';
import type { Db } from '../../sql/db';
import { endOfFeed, type FeedPosition } from '../feed/request-change.store';
import { createFilterGroups, type FilterGroups, type Watcher } from './filter-groups';
import { readEvents } from './tail-events';

/**
 * How often the feed is read while somebody watches: as long as there is news, and when there was none for so long. Nobody
 * announces changes: that would cost those who write, also while nobody watches, and says nothing of other writers.
 */
const POLL_MS = 10;
const QUIET_POLL_MS = 25;
const QUIET_AFTER_MS = 5_000;
const FAILED_REST_MS = 1_000;

export interface TailReader {
  /**
   * Tells this watcher what comes behind `from`; null: from now on. Resolves when nothing that is committed later can
   * escape them.
   */
  admit(watcher: Watcher, from: FeedPosition | null): Promise<void>;
  /** Tells them nothing more. */
  dismiss(watcher: Watcher): void;
  stop(): Promise<void>;
}

interface Newcomer {
  watcher: Watcher;
  from: FeedPosition | null;
  onAdmitted(): void;
}

export function createTailReader(db: Db, log: Log): TailReader {
  const watchers = new Set<Watcher>();
  const newcomers = new Set<Newcomer>();
  const lanes = createFilterGroups(db);
  let position: FeedPosition | null = null;
  let running: Promise<void> | null = null;
  let newsAt = 0;
  let stopping = false;

  async function step(): Promise<void> {
    // only of those who come before it is read, it is certain that they stand before its end
    const waiting = [...newcomers];
    if (!position) position = await endOfFeed(db);
    else {
      const read = await readEvents(db, position);
      if (read.events.length > 0) {
        newsAt = performance.now();
        lanes.tell(watchers, read.events);
      }
      position = read.position;
    }
    const at = position;
    // half-way between two snapshots nobody can join who has a position of their own
    const ready = waiting.filter(({ from }) => from === null || at.to === null);
    const letInOnes = await Promise.allSettled(ready.map((newcomer) => letIn(newcomer, at)));
    for (const result of letInOnes) if (result.status === 'rejected') throw result.reason;
  }

  async function letIn(newcomer: Newcomer, at: FeedPosition): Promise<void> {
    await bringUp(db, lanes, newcomer, at.from);
    newcomers.delete(newcomer);
    if (!newcomer.watcher.buffer.closed) watchers.add(newcomer.watcher);
    newcomer.onAdmitted();
  }

  async function run(): Promise<void> {
    let failing = false;
    while (!stopping && watchers.size + newcomers.size > 0) {
      const begun = performance.now();
      try {
        await step();
        failing = false;
      } catch (error) {
        if (!failing) log.error({ err: error }, 'the feed could not be read for those who watch, trying again');
        failing = true;
      }
      if (failing) await wait(FAILED_REST_MS);
      else if (position?.to === null) await wait(restMs(begun, newsAt));
    }
    position = null;
    running = null;
  }

  return {
    admit: (watcher, from) =>
      new Promise((onAdmitted) => {
        newcomers.add({ watcher, from, onAdmitted });
        running ??= run();
      }),
    dismiss: (watcher) => watchers.delete(watcher),
    async stop() {
      stopping = true;
      await running;
      await lanes.settled();
      for (const { onAdmitted } of newcomers) onAdmitted();
    },
  };
}

// What takes long is done less often: at most half of the time goes into it.
function restMs(begun: number, newsAt: number): number {
  const now = performance.now();
  const took = now - begun;
  const pollMs = now - newsAt > QUIET_AFTER_MS ? QUIET_POLL_MS : POLL_MS;
  return Math.max(pollMs - took, took);
}

// From where a newcomer stands to where the reader stands, which is later.
async function bringUp(db: Db, lanes: FilterGroups, newcomer: Newcomer, to: string): Promise<void> {
  while (newcomer.from && !newcomer.watcher.buffer.closed) {
    const read = await readEvents(db, { ...newcomer.from, to });
    lanes.tell([newcomer.watcher], read.events);
    newcomer.from = read.position;
    if (read.position.to === null) return;
  }
}
