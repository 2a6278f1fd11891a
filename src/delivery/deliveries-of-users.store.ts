import { BUSINESS_EVENTS } from '../events/business-event.store';
import { DELIVERIES } from './delivery.store';

/**
 * Deliveries with the user of their event, as `acting_user_id`. The index on users is on events: on deliveries, every
 * update would change it. It returns deliveries in the order of their events.
 */
export const DELIVERIES_OF_USERS = {
  table: `(select d.*, e.user_id as acting_user_id
    from business_events e join deliveries d on d.business_event_id = e.id) as deliveries`,
  columns: DELIVERIES.columns,
};

/** Events with the event of the delivery that caused them, as `effect_of`. */
export const EFFECTS_OF_EVENTS = {
  table: `(select e.*, d.business_event_id as effect_of
    from business_events e join deliveries d on d.id = e.caused_by) as effects`,
  columns: BUSINESS_EVENTS.columns,
};

const BY_EVENT = { sql: 'business_event_id', property: 'businessEventId', type: 'uuid' } as const;

/** The order of DELIVERIES_OF_USERS: the time of the event. */
export function orderOfUser(order: { direction: 'ASC' | 'DESC' } | null | undefined) {
  return { tag: 'Delivery of User', column: BY_EVENT, descending: order?.direction !== 'ASC' };
}
