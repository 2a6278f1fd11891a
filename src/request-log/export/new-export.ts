import { firstIdAt, newId, timeOfId } from '../../ids';
import type { Db } from '../../sql/db';
import { type ExportRow, newestRequestId } from './export.store';

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
