// How deliveries are found by what changes: through the tables of open and of finished deliveries.

import type { BusinessEventRow } from '../events/business-event.store';
import { exactFilter, type FieldFilter } from '../graphql/lists/where-to-sql';
import { any, type Condition, compares, isNull, type Side, sqlTest } from '../sql/condition';
import { newId, timeOfId } from '../values/ids';
import { DELIVERY_STATUSES, type DeliveryStatus, OPEN_STATUSES } from './delivery.entity';

const OPEN = { table: 'open_deliveries', apartFrom: 'finished_deliveries' };
const FINISHED = { table: 'finished_deliveries', apartFrom: 'open_deliveries' };

export function isOpen(status: DeliveryStatus): boolean {
  return (OPEN_STATUSES as readonly DeliveryStatus[]).includes(status);
}

/** @param test of a row of deliveries; null: the status alone */
function sideOf(status: DeliveryStatus, test: Condition | null, orderedBy: string | null = null): Side {
  const within = compares('status', '=', status);
  const table = isOpen(status) ? OPEN : FINISHED;
  const named = { family: 'status', key: status, orderedBy };
  const isMost = status === 'DELIVERED';
  return { kind: 'side', ...table, ...named, within, test: test ?? within, isExact: test === null, isMost };
}

const bySelf = exactFilter('status');

/** The filter by status. */
export const deliveryStatusFilter: FieldFilter = (tests, path) => {
  const condition = bySelf(tests, path);
  const { eq, in: among } = tests;
  const wanted = DELIVERY_STATUSES.filter(
    (status) => (eq === undefined || eq === status) && (!Array.isArray(among) || among.includes(status)),
  );
  const [first, ...others] = wanted.map((status) => sideOf(status, null));
  return first && others.length === 0
    ? first
    : any(
        [first, ...others].filter((each) => each !== undefined),
        condition,
      );
};

/** A filter by a column that only open deliveries have a value in. @param impliesOpen whether these tests demand a value */
export function openFilter(filter: FieldFilter, impliesOpen: (tests: Record<string, unknown>) => boolean): FieldFilter {
  return (tests, path) => {
    const condition = filter(tests, path);
    if (!impliesOpen(tests)) return condition;
    // the next attempt may be left over in the table of open deliveries
    return any(
      OPEN_STATUSES.map((status) => sideOf(status, condition)),
      condition,
    );
  };
}

/** Finished deliveries, ordered by their end. */
export const BY_END: Condition = any(
  DELIVERY_STATUSES.filter((status) => !isOpen(status)).map((status) => sideOf(status, null, 'finished_at')),
  isNull('finished_at', false),
);

/** Deliveries with a next attempt, ordered by its time. */
export const BY_NEXT_ATTEMPT: Condition = {
  kind: 'side',
  ...OPEN,
  within: isNull('next_attempt_at', false),
  test: sqlTest(() => 'next_attempt_at is not null'),
  isExact: false,
  family: 'next attempt',
  key: '',
  orderedBy: 'next_attempt_at',
};

/** What a new delivery has, whatever was decided about it. */
export function newDelivery(event: BusinessEventRow, webhookId: string) {
  const id = newId();
  return {
    id,
    businessEventId: event.id,
    webhookId,
    userId: event.userId,
    documentType: event.documentType,
    event: event.event,
    referenceDocument: event.referenceDocument,
    attempts: 0,
    openRequestId: null,
    leaseId: null,
    blocks: false,
    traceparent: event.traceparent,
    createdAt: timeOfId(id),
  };
}

/** What a delivery has in addition until its first attempt has ended. */
export const PENDING = { status: 'PENDING' as const, skipReason: null, skipMessage: null, finishedAt: null };
