import { AppError, InputError } from '../../errors';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import type { Condition } from '../../sql/condition';
import type { Viewer } from '../../viewer';
import { REQUEST_LOG_FILTER, type RequestLogWhere } from '../api/request-log.inputs';
import { scopedWhere } from '../search/indexed-filters';

/** The condition of the `where` in the input of a mutation. @throws InputError for its faults */
export function conditionOfInput(viewer: Viewer | null, where: RequestLogWhere | null | undefined): Condition {
  try {
    return conditionOf(scopedWhere(viewer, where), REQUEST_LOG_FILTER);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'BAD_USER_INPUT') throw error;
    throw new InputError([{ field: [...(error.field ?? ['where'])], code: 'INVALID', message: error.message }]);
  }
}
