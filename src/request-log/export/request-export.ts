// Creates an export.
import { recordAct } from '../../audit/write-audit-entry';
import { refuseMasked } from '../../graphql/roles/masked';
import { firstIdAt, newId, timeOfId } from '../../ids';
import type { Masks } from '../../masking/masks-of-viewer';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import type { ExportFormat } from './export.entity';
import { type ExportRow, insertExport, newestRequestId } from './export.store';

export const VALID_MS = 24 * 3600_000;

export interface ExportRequest {
  /** The `where`, as stored-where.ts writes it; null: all requests. */
  condition: string | null;
  format: ExportFormat;
  includeContent: boolean;
  byteOrderMark: boolean;
}

/**
 * Creates an export of the requests that exist now.
 * @throws Denied if content is exported and masking rules hide some from the viewer
 */
export async function requestExport(db: Db, viewer: Viewer, masks: Masks, request: ExportRequest): Promise<ExportRow> {
  if (request.includeContent)
    refuseMasked(masks, 'ExportWebhookRequestLogsInput.includeContent', ['input', 'includeContent']);
  const id = newId();
  const createdAt = timeOfId(id);
  const row: ExportRow = {
    ...request,
    id,
    kind: 'REQUESTS',
    readsContent: masks.seesAll,
    orderedBy: viewer.userId,
    lastRequestId: (await newestRequestId(db)) ?? firstIdAt(0),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + VALID_MS),
    downloads: 0,
    rowsSent: 0,
    bytesSent: 0,
    completedAt: null,
    userId: null,
  };
  await insertExport(db, row);
  const { condition, format, includeContent } = request;
  const details = { where: condition && JSON.parse(condition), format, includeContent };
  await recordAct(db, viewer, { action: 'export.ordered', subjectType: 'Export', subjectId: id, details });
  return row;
}
