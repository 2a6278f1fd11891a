import type { DataSource } from 'typeorm';
import type { AuditNotes } from '../audit/notes/audit-notes';
import { createDenialNotes } from '../audit/notes/denial-windows';
import { createReadNotes } from '../audit/notes/reading-windows';
import { closeEndedWindows, recordLost, writeDenials, writeReads } from '../audit/notes/write-notes';
import { currentMs } from '../clock';
import type { Log } from '../log';
import { startLoop } from '../loop';

/** Gathers notes for one transaction. */
const PACE_MS = 1_000;
/** How often a process without notes of its own records what others have counted. */
const REST_MS = 60_000;
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
    REST_MS,
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
