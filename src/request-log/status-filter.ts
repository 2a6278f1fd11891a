import { exactFilter, type FieldFilter } from '../graphql/lists/where-to-sql';
import { any, type Condition, compares, type Side } from '../sql/condition';
import { FAILED_STATUSES } from './failed-request.entity';

/** A condition that only failures meet is answered from the table of failed requests. */
function statusFilterBy(column: string): FieldFilter {
  const bySelf = exactFilter(column);
  return (tests, path) => {
    const condition = bySelf(tests, path);
    // if both are given, both must hold
    if (tests.eq !== undefined && tests.in !== undefined) return condition;
    const wanted = statusesOf(tests);
    if (wanted.length === 0 || !wanted.every(isFailure)) return condition;
    const sides = wanted.map((status) => sideOf(status, compares(column, '=', status)));
    return sides.length === 1 ? (sides[0] as Side) : any(sides, condition);
  };
}

function sideOf(status: string, test: Condition): Side {
  const within = compares('status', '=', status);
  const of = { table: 'failed_requests', family: 'status', key: status, orderedBy: null };
  return { kind: 'side', ...of, within, test, isExact: true };
}

/** The filter by status. */
export const statusFilter = statusFilterBy('status');

/** The same for lists in the order of the index of the log, which has the status of finished requests. */
export const outcomeFilter = statusFilterBy('outcome');

function statusesOf(tests: Record<string, unknown>): string[] {
  if (typeof tests.eq === 'string') return [tests.eq];
  return Array.isArray(tests.in) ? [...new Set(tests.in)] : [];
}

function isFailure(status: unknown): boolean {
  return (FAILED_STATUSES as readonly unknown[]).includes(status);
}
