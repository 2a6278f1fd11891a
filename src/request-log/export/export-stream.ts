// Sends the batches of an export as fast as the client reads them.
import { Readable } from 'node:stream';
import { missingRole, READERS, type Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { Denied } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { toNodeId } from '../../values/ids';
import { type ExportRow, noteDownloadBegun, noteDownloadEnded } from './export.store';

/** Whole lines that one statement read. */
interface Lines {
  texts: Iterable<string> | AsyncIterable<string>;
  rows: number;
}

// small enough that a slow client reads one before the timeout
const PIECE_BYTES = 64 * 1024;

/**
 * Reads the next batch while the previous one is being sent. The first batch is read at once, so that its errors are
 * thrown here.
 */
export async function readAhead<Batch>(batches: AsyncGenerator<Batch>): Promise<AsyncGenerator<Batch>> {
  const first = await batches.next();
  async function* all(): AsyncGenerator<Batch> {
    try {
      for (let current = first; !current.done; ) {
        const next = batches.next();
        // its error is thrown when it is awaited, if it is
        next.catch(() => undefined);
        yield current.value;
        current = await next;
      }
    } finally {
      await batches.return(undefined);
    }
  }
  return all();
}

/**
 * The file as a stream. It fails if `batches` throw, or if the client reads nothing for `timeoutMs`. The consumer must
 * not end the response normally then.
 * @param progress updated while the file is sent
 * @param check called before each text is sent: what was read may have waited for a slow client. If it throws, the file breaks off
 */
export function streamOf(
  batches: AsyncIterable<Lines>,
  progress: Progress,
  timeoutMs: number,
  check: () => Promise<void>,
): Readable {
  const stream = Readable.from(pieces(), { objectMode: false });
  async function* pieces(): AsyncGenerator<Buffer> {
    for await (const { texts, rows } of batches) {
      for await (const text of texts) {
        await check();
        yield* taken(Buffer.from(text));
      }
      progress.rows += rows;
    }
    progress.complete = true;
  }
  async function* taken(bytes: Buffer): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES);
      const timeout = setTimeout(() => stream.destroy(new Error('the client stopped reading')), timeoutMs);
      try {
        yield piece;
      } finally {
        clearTimeout(timeout);
      }
      progress.bytes += piece.length;
    }
  }
  return stream;
}

// Downloads of an export: who may download it, and their records in the audit trail.

const ROUTE = 'GET /exports/:id';

/**
 * Checked before and during a download, because roles can be revoked and masking rules made meanwhile. The file has what its creator could
 * read, also in the matches of its filter, so a viewer with fewer rights cannot download it.
 * @param seesAll whether nothing is masked from the viewer
 * @throws Denied
 */
export function checkDownload(viewer: Pick<Viewer, 'userId' | 'roles'>, seesAll: boolean, row: ExportRow): void {
  if (!READERS.some((role) => viewer.roles.has(role))) {
    throw missingRole(ROUTE, READERS, viewer.roles);
  }
  if (row.kind === 'PERSON' && !viewer.roles.has('SYSTEM_MANAGER')) {
    throw new Denied(ROUTE, 'It is about a person: this needs the role SYSTEM_MANAGER.');
  }
  const readsAll = viewer.roles.has('SYSTEM_MANAGER') || viewer.roles.has('AUDITOR');
  if (row.orderedBy !== viewer.userId && !readsAll) {
    throw new Denied(ROUTE, 'Another user created this export. Create your own.');
  }
  if (row.readsContent && !seesAll) {
    throw new Denied(ROUTE, 'The creator of this export could read more than you can now. Create a new export.');
  }
}

/** What a download has sent, and whether it sent the whole file. */
export interface Progress {
  rows: number;
  /** Before compression. */
  bytes: number;
  complete: boolean;
}

/**
 * Called before the first byte is sent, so that no file is sent without an entry in the audit trail.
 * @param after the request after which the download resumes; null: the whole file
 */
export async function beginDownload(db: Db, viewer: Viewer, row: ExportRow, after: string | null): Promise<void> {
  await noteDownloadBegun(db, row.id);
  const details = { continuesAfter: after && toNodeId('WebhookRequestLog', after) };
  await recordAct(db, viewer, { action: 'export.download_begun', subjectType: 'Export', subjectId: row.id, details });
}

export async function endDownload(db: Db, viewer: Viewer, row: ExportRow, progress: Progress): Promise<void> {
  await noteDownloadEnded(db, row.id, progress, progress.complete ? currentTime() : null);
  const act = { action: 'export.download_ended', subjectType: 'Export', subjectId: row.id };
  await recordAct(db, viewer, { ...act, details: { ...progress } });
}
