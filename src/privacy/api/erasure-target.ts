// The content that a caller orders to erase.
import { InputError } from '../../errors';
import { firstRequests } from '../../evidence/exporting/filtered-rows.store';
import { uuidOf } from '../../ids';
import { conditionOfInput } from '../../request-log/export/condition-of-input';
import type { Db } from '../../sql/db';
import { type ErasureTarget, MAX_TARGETS } from '../erasing/order-erasure';

export interface GivenTarget {
  documentType?: string | null;
  name?: string | null;
  userId?: string | null;
  where?: Parameters<typeof conditionOfInput>[1];
}

/** @param seesAll whether nothing is masked from the viewer @throws InputError */
export async function targetOf(
  db: Db,
  seesAll: boolean,
  { documentType = null, name = null, userId = null, where = null }: GivenTarget,
): Promise<ErasureTarget> {
  const given = [documentType ?? name, userId, where].filter((each) => each !== null);
  if (given.length !== 1) {
    const message = 'Give exactly one of documentType with name, userId, and where.';
    throw new InputError([{ field: null, code: given.length === 0 ? 'REQUIRED' : 'INVALID', message }]);
  }
  if (userId !== null) {
    const id = uuidOf('User', userId);
    if (id !== null) return { kind: 'PERSON', userId: id };
    const message = 'There is no user with this id.';
    throw new InputError([{ field: ['userId'], code: 'NOT_FOUND', message }]);
  }
  if (where !== null) {
    const condition = conditionOfInput(seesAll, where);
    return { kind: 'CONTENT', requestIds: await firstRequests(db, condition, MAX_TARGETS + 1) };
  }
  if (documentType !== null && name !== null) return { kind: 'DOCUMENT', documentType, name };
  const missing = documentType === null ? 'documentType' : 'name';
  const message = `${missing} must be given too.`;
  throw new InputError([{ field: [missing], code: 'REQUIRED', message }]);
}
