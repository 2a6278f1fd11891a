// Creates an export.

import type { Viewer } from '../../access/viewer';
import { namesIn } from '../../audit/criteria';
import { recordAct } from '../../audit/write-audit-entry';
import { AppError, InputError } from '../../errors/errors';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { refuseMasked } from '../../graphql/roles/masked';
import type { Masks } from '../../masking/masks-of-viewer';
import type { Condition } from '../../sql/condition';
import type { Db } from '../../sql/db';
import { firstIdAt, newId, timeOfId } from '../../values/ids';
import { RequestLogWhere } from '../api/request-log.inputs';
import { scopedWhere } from '../search/indexed-filters';
import type { ExportFormat } from './export.entity';
import { type ExportRow, insertExport, newestRequestId } from './export.store';

export interface ExportRequest {
  /** The `where`, as absent-filters.ts writes it; null: all requests. */
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

const VALID_MS = 24 * 3600_000;

type OrderedExport = Pick<
  ExportRow,
  'kind' | 'format' | 'includeContent' | 'byteOrderMark' | 'readsContent' | 'condition' | 'orderedBy' | 'userId'
>;

/** An export without downloads, of requests that exist now. */
export async function newExport(db: Db, ordered: OrderedExport): Promise<ExportRow> {
  const id = newId();
  const createdAt = timeOfId(id);
  return {
    ...ordered,
    id,
    lastRequestId: (await newestRequestId(db)) ?? firstIdAt(0),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + VALID_MS),
    downloads: 0,
    rowsSent: 0,
    bytesSent: 0,
    completedAt: null,
  };
}

/**
 * The condition of the `where` in the input of a mutation.
 * @param seesAll whether nothing is masked from the viewer. @throws InputError for its faults
 */
export function conditionOfInput(seesAll: boolean, where: RequestLogWhere | null | undefined): Condition {
  try {
    return conditionOf(scopedWhere(seesAll, where), RequestLogWhere.filter);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'BAD_USER_INPUT') throw error;
    throw new InputError([{ field: [...(error.field ?? ['where'])], code: 'INVALID', message: error.message }]);
  }
}
