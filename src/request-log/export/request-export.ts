// Creates an export.
import { namesIn } from '../../audit/criteria';
import { recordAct } from '../../audit/write-audit-entry';
import { refuseMasked } from '../../graphql/roles/masked';
import type { Masks } from '../../masking/masks-of-viewer';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import type { ExportFormat } from './export.entity';
import { type ExportRow, insertExport } from './export.store';
import { newExport } from './new-export';

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
  const row = await newExport(db, {
    ...request,
    kind: 'REQUESTS',
    readsContent: masks.seesAll,
    orderedBy: viewer.userId,
    userId: null,
  });
  await insertExport(db, row);
  const { condition, format, includeContent } = request;
  const where = condition === null ? null : JSON.parse(condition);
  const criteria = where && { ...namesIn(where), where };
  const act = { action: 'export.ordered', subjectType: 'Export', subjectId: row.id, criteria };
  await recordAct(db, viewer, { ...act, details: { format, includeContent } });
  return row;
}
