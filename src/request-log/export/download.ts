// Downloads of an export: who may download it, and their records in the audit trail.
import { recordAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import { Denied } from '../../errors';
import { toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import { missingRole, READERS, type Viewer } from '../../viewer';
import { type ExportRow, noteDownloadBegun, noteDownloadEnded } from './export.store';

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
