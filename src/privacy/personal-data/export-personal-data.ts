// Orders the file of everything that is recorded about a person.

import { recordAct } from '../../audit/write-audit-entry';
import { InputError, type UserError } from '../../errors';
import { toNodeId } from '../../ids';
import { type ExportRow, insertExport } from '../../request-log/export/export.store';
import { newExport } from '../../request-log/export/new-export';
import type { Db } from '../../sql/db';
import { reasonFault } from '../../text';
import { findUser } from '../../users/user.store';
import type { Viewer } from '../../viewer';
import { type ErasureTarget, TARGET_FIELDS, targetsOf } from '../erasing/order-erasure';

/** The order has ids and no name: it outlives what is erased. @throws InputError for its faults */
export async function orderPersonalData(
  db: Db,
  viewer: Viewer,
  target: ErasureTarget,
  reason: string,
): Promise<ExportRow> {
  const refuse = (field: string, code: UserError['code'], message: string): never => {
    throw new InputError([{ field: [field], code, message }]);
  };
  const fault = reasonFault(reason);
  if (fault !== null) throw new InputError([fault]);
  const targets = await targetsOf(db, target);
  const userId = target.kind === 'PERSON' ? target.userId : null;
  if (userId !== null && !(await findUser(db, userId))) refuse('userId', 'NOT_FOUND', 'There is no user with this id.');
  if (userId === null && targets.events.length + targets.requests.length === 0) {
    refuse(TARGET_FIELDS[target.kind], 'NOT_FOUND', 'There is no event and no request with this content.');
  }
  const row = await newExport(db, {
    kind: 'PERSON',
    format: 'NDJSON',
    includeContent: true,
    byteOrderMark: false,
    readsContent: true,
    condition: null,
    orderedBy: viewer.userId,
    userId,
  });
  const { events: eventIds, requests: requestIds } = targets;
  await insertExport(db, row, userId === null ? { eventIds, requestIds } : null);
  const details = {
    kind: row.kind,
    user: userId && toNodeId('User', userId),
    ...(userId === null && { events: eventIds.length, requests: requestIds.length }),
  };
  const subject = { subjectType: 'Export', subjectId: row.id };
  await recordAct(db, viewer, { action: 'export.ordered', ...subject, reason: reason.trim(), details });
  return row;
}
