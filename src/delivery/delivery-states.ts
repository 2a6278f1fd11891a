// How deliveries are found by what changes: through the tables of open and of finished deliveries.
import { exactFilter, type FieldFilter } from '../graphql/lists/where-to-sql';
import { all, type Condition, everything, isNull, type Subset, type SubsetSource, sqlTest } from '../sql/condition';
import { DELIVERY_STATUSES, type DeliveryStatus } from './delivery.entity';
import { OPEN_STATUSES } from './delivery-state.entity';

const SHARED = ['webhook_id', 'document_type', 'status'];
const OPEN_COLUMNS = [...SHARED, 'held', 'waits_for'];
const FINISHED_COLUMNS = [...SHARED, 'finished_at'];
/** Columns of deliveries with an index. Few deliveries have the same value, whatever their status is; a reason, not all that are skipped. */
const FINDS_FEWER = ['id', 'reference_document', 'business_event_id', 'replay_id', 'skip_reason'];

export function isOpen(status: DeliveryStatus): boolean {
  return (OPEN_STATUSES as readonly DeliveryStatus[]).includes(status);
}

// written into the statement, so that its plan knows how many deliveries have this status
function hasStatus(status: DeliveryStatus): Condition {
  return sqlTest(() => `status = '${status}'`);
}

const OPEN = { table: 'open_deliveries', columns: OPEN_COLUMNS, apartFrom: 'finished_deliveries' };
const ENDED = { table: 'finished_deliveries', columns: FINISHED_COLUMNS, apartFrom: 'open_deliveries' };

function sourceOf(status: DeliveryStatus): SubsetSource {
  return { ...(isOpen(status) ? OPEN : ENDED), within: hasStatus(status), key: status };
}

function subsetOf(whole: Condition, sources: readonly SubsetSource[]): Subset {
  return {
    kind: 'subset',
    whole,
    counted: null,
    sources,
    rest: everything,
    isLarge: false,
    yieldsTo: FINDS_FEWER,
  };
}

/** The status of most deliveries. */
const MOST: DeliveryStatus = 'DELIVERED';

const bySelf = exactFilter('status');

/** The filter by status. */
export const deliveryStatusFilter: FieldFilter = (tests, path) => {
  const condition = bySelf(tests, path);
  const { eq, in: among } = tests;
  const wanted = DELIVERY_STATUSES.filter(
    (status) => (eq === undefined || eq === status) && (!Array.isArray(among) || among.includes(status)),
  );
  if (wanted.length === DELIVERY_STATUSES.length) return condition;
  return { ...subsetOf(condition, wanted.map(sourceOf)), hasMost: wanted.includes(MOST) };
};

/** A filter by a column that only open deliveries have a value in. @param impliesOpen whether these tests demand a value */
export function openFilter(filter: FieldFilter, impliesOpen: (tests: Record<string, unknown>) => boolean): FieldFilter {
  return (tests, path) => {
    const condition = filter(tests, path);
    if (!impliesOpen(tests)) return condition;
    const sources = OPEN_STATUSES.map((status) => ({
      ...OPEN,
      within: all([hasStatus(status), condition]),
      key: `${status} ${path.join('.')}`,
    }));
    // the next attempt may be left over there
    return { ...subsetOf(condition, sources), rest: condition };
  };
}

/** Finished deliveries, ordered by their end. */
export const FINISHED: Subset = {
  ...subsetOf(isNull('finished_at', false), DELIVERY_STATUSES.filter((status) => !isOpen(status)).map(sourceOf)),
  isLarge: true,
  orderedBy: 'finished_at',
};

// the planner takes this to be true for half of the rows, not for the few that have a value
const HAS_NEXT_ATTEMPT = sqlTest(() => 'case when next_attempt_at is null then false else true end');

/** Deliveries with a next attempt, ordered by its time. */
export const WITH_NEXT_ATTEMPT: Subset = {
  ...subsetOf(isNull('next_attempt_at', false), [
    { ...OPEN, within: isNull('next_attempt_at', false), key: 'next attempt' },
  ]),
  rest: HAS_NEXT_ATTEMPT,
  orderedBy: 'next_attempt_at',
};
