import { exactFilter, type FieldFilter } from '../graphql/lists/where-to-sql';
import { isAnyOf } from '../sql/condition';
import { FAILED_STATUSES } from './failed-request.entity';

const SHARED_COLUMNS = ['webhook_id', 'document_type', 'status'];
const bySelf = exactFilter('status');

/** The filter by status. Whoever asks for failures alone is led to them through the table that lists them. */
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

// eq and in, where both are given, must both hold: either of them leads to all such rows
function statusesOf(tests: Record<string, unknown>): unknown[] {
  if (typeof tests.eq === 'string') return [tests.eq];
  return Array.isArray(tests.in) ? tests.in : [];
}

function isFailure(status: unknown): boolean {
  return (FAILED_STATUSES as readonly unknown[]).includes(status);
}
