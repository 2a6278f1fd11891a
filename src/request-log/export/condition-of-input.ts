import { AppError, InputError } from '../../errors';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import type { Condition } from '../../sql/condition';
import { REQUEST_LOG_FILTER, type RequestLogWhere } from '../api/request-log.inputs';
import { scopedWhere } from '../search/indexed-filters';

/**
 * The condition of the `where` in the input of a mutation.
 * @param seesAll whether nothing is masked from the viewer. @throws InputError for its faults
 */
export function conditionOfInput(seesAll: boolean, where: RequestLogWhere | null | undefined): Condition {
  try {
    return conditionOf(scopedWhere(seesAll, where), REQUEST_LOG_FILTER);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'BAD_USER_INPUT') throw error;
    throw new InputError([{ field: [...(error.field ?? ['where'])], code: 'INVALID', message: error.message }]);
  }
}
