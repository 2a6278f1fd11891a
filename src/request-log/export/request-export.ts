// Taking a part of the log away: the order, and who may fetch the file.

import { recordAct } from '../../audit/record';
import { currentTime } from '../../clock';
import { AppError } from '../../errors';
import { firstIdAt, newId, timeOfId, toNodeId } from '../../ids';
import type { Db } from '../../sql/db';
import { CONTENT_READERS, READERS, readsContent, type Viewer } from '../../viewer';
import type { ExportFormat } from './export.entity';
import { type ExportRow, insertExport, newestRequestId, noteDownloadBegun, noteDownloadEnded } from './export.store';

const VALID_MS = 24 * 3600_000;

export interface ExportRequest {
  /** As stored-where.ts writes it; null: everything. */
  condition: string | null;
  format: ExportFormat;
  includeContent: boolean;
  byteOrderMark: boolean;
}

/** Writes the order down. What is newer is not in the file. @throws AppError FORBIDDEN for content that they may not read */
export async function requestExport(db: Db, viewer: Viewer, order: ExportRequest): Promise<ExportRow> {
  if (order.includeContent && !readsContent(viewer)) {
    const message = 'includeContent needs one of the roles that may read headers and bodies. Order it without them.';
    throw new AppError('FORBIDDEN', message, ['input', 'includeContent']);
  }
  const id = newId();
  const createdAt = timeOfId(id);
  const row: ExportRow = {
    ...order,
    id,
    readsContent: readsContent(viewer),
    orderedBy: viewer.userId,
    lastRequestId: (await newestRequestId(db)) ?? firstIdAt(0),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + VALID_MS),
    downloads: 0,
    rowsSent: 0,
    bytesSent: 0,
    completedAt: null,
  };
  await insertExport(db, row);
  const { condition, format, includeContent } = order;
  const details = { where: condition && JSON.parse(condition), format, includeContent };
  await recordAct(db, viewer, { action: 'export.ordered', subjectType: 'Export', subjectId: id, details });
  return row;
}

/**
 * Asked before a download and while it goes on: roles may be taken away meanwhile. The file is what its orderer could read,
 * also in what its filter tells: nobody who may read less gets it.
 * @throws AppError FORBIDDEN
 */
export function refuseDownload(viewer: Pick<Viewer, 'userId' | 'roles'>, row: ExportRow): void {
  if (!READERS.some((role) => viewer.roles.has(role))) {
    throw new AppError('FORBIDDEN', `This needs one of the roles ${READERS.join(', ')}.`);
  }
  const readsAll = viewer.roles.has('SYSTEM_MANAGER') || viewer.roles.has('AUDITOR');
  if (row.orderedBy !== viewer.userId && !readsAll) {
    throw new AppError('FORBIDDEN', 'Somebody else ordered this export: order your own.');
  }
  if (row.readsContent && !CONTENT_READERS.some((role) => viewer.roles.has(role))) {
    throw new AppError('FORBIDDEN', 'It was ordered by somebody who may read more than you may now: order it again.');
  }
}

/** What was sent so far, and whether that was all. */
export interface Progress {
  rows: number;
  /** Before compression. */
  bytes: number;
  complete: boolean;
}

/** Before the first byte leaves: no entry, no file. @param after the request after which it begins; null: all of it */
export async function beginDownload(db: Db, viewer: Viewer, row: ExportRow, after: string | null): Promise<void> {
  await noteDownloadBegun(db, row.id);
  const details = { after: after && toNodeId('WebhookRequestLog', after) };
  await recordAct(db, viewer, { action: 'export.download_begun', subjectType: 'Export', subjectId: row.id, details });
}

export async function endDownload(db: Db, viewer: Viewer, row: ExportRow, progress: Progress): Promise<void> {
  await noteDownloadEnded(db, row.id, progress, progress.complete ? currentTime() : null);
  const act = { action: 'export.download_ended', subjectType: 'Export', subjectId: row.id };
  await recordAct(db, viewer, { ...act, details: { ...progress } });
}
