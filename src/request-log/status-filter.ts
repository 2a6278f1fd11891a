import { exactFilter, type FieldFilter } from '../graphql/lists/where-to-sql';
import { isAnyOf } from '../sql/condition';
import { FAILED_STATUSES } from './failed-request.entity';

const SHARED_COLUMNS = ['webhook_id', 'document_type', 'status'];
const bySelf = exactFilter('status');

/** The filter by status. A condition that only failures meet is answered from the table of failed requests. */
export const statusFilter: FieldFilter = (tests, path) => {
  const condition = bySelf(tests, path);
  const wanted = statusesOf(tests);
  if (wanted.length === 0 || !wanted.every(isFailure)) return condition;
  return {
    kind: 'subset',
    whole: condition,
    counted: condition,
    table: 'failed_requests',
    within: isAnyOf('status', 'text', wanted),
    columns: SHARED_COLUMNS,
    rest: condition,
    isLarge: false,
  };
};

// if both eq and in are given, both must hold, so each of them alone selects all matching rows
function statusesOf(tests: Record<string, unknown>): unknown[] {
  if (typeof tests.eq === 'string') return [tests.eq];
  return Array.isArray(tests.in) ? tests.in : [];
}

function isFailure(status: unknown): boolean {
  return (FAILED_STATUSES as readonly unknown[]).includes(status);
}
