import { exactFilter, type FieldFilter } from '../graphql/lists/where-to-sql';
import { compares, everything } from '../sql/condition';
import { FAILED_STATUSES } from './failed-request.entity';

const SHARED_COLUMNS = ['webhook_id', 'document_type', 'status'];
/** A condition that only failures meet is answered from the table of failed requests. */
function statusFilterBy(bySelf: FieldFilter): FieldFilter {
  return (tests, path) => {
    const condition = bySelf(tests, path);
    // if both are given, both must hold
    if (tests.eq !== undefined && tests.in !== undefined) return condition;
    const wanted = statusesOf(tests);
    if (wanted.length === 0 || !wanted.every(isFailure)) return condition;
    return {
      kind: 'subset',
      whole: condition,
      counted: null,
      sources: wanted.map((status) => ({
        table: 'failed_requests',
        within: compares('status', '=', status),
        columns: SHARED_COLUMNS,
        key: status,
      })),
      rest: everything,
      isLarge: false,
    };
  };
}

/** The filter by status. */
export const statusFilter = statusFilterBy(exactFilter('status'));

/** The same for lists of the log joined with its index, which has the status of finished requests with an index. */
export const outcomeFilter = statusFilterBy(exactFilter('outcome'));

function statusesOf(tests: Record<string, unknown>): string[] {
  if (typeof tests.eq === 'string') return [tests.eq];
  return Array.isArray(tests.in) ? [...new Set(tests.in)] : [];
}

function isFailure(status: unknown): boolean {
  return (FAILED_STATUSES as readonly unknown[]).includes(status);
}
