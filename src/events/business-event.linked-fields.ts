import { withExample } from '../graphql/example';
import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { HasRole } from '../graphql/roles/has-role';
import { byId, link, page, pageBelow } from '../read-plan/linked-field';
import { linkedFields, rootFields } from '../read-plan/linked-fields';
import { rowList, rowType } from '../read-plan/row-type';
import type { Listing } from '../sql/listing';
import { USER } from '../users/user.linked-fields';
import { READERS } from '../viewer';
import { BUSINESS_EVENT_FILTER, BusinessEventListArgs } from './business-event.inputs';
import { BUSINESS_EVENTS, eventsById } from './business-event.store';
import { BusinessEventConnection, BusinessEventType } from './business-event.type';

export const BUSINESS_EVENT = rowType('BusinessEvent', () => BusinessEventType, BUSINESS_EVENTS, eventsById);

/** @param listing one with an additional column, where a field needs it */
export function listOfEvents(listing: Listing = BUSINESS_EVENTS) {
  return rowList(BUSINESS_EVENT, {
    connection: () => BusinessEventConnection,
    args: () => BusinessEventListArgs,
    listQuery: (args) => ({
      listing,
      condition: conditionOf(args.where, BUSINESS_EVENT_FILTER),
      order: byTime('BusinessEvent', args.orderBy),
      args,
    }),
  });
}

export const eventList = listOfEvents();

export const businessEventLinkedFields = [
  rootFields({
    businessEvent: byId(BUSINESS_EVENT, 'The id of the event, `evt_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The business event with this id; null: there is none.',
        '{ businessEvent(id: "evt_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { event user { name } deliveries { nodes { ' +
          'status } } } }',
      ),
    }),
    businessEvents: page(eventList, {
      access: HasRole(...READERS),
      description: withExample(
        'All business events, newest first.',
        '{ businessEvents(where: { wantedBy: { eq: 0 } }) { nodes { documentType event referenceDocument } } }',
      ),
    }),
  }),
  linkedFields(BUSINESS_EVENT, {
    user: link(USER, 'userId', 'The user who acted in the business system.'),
    publishedBy: link(
      USER,
      'publishedBy',
      'The user who published the event. `user` is the user who acted in the business system.',
    ),
  }),
  linkedFields(USER, {
    businessEvents: pageBelow(eventList, 'user_id', {
      description: 'The business events of which this user is the `user`, newest first by default.',
    }),
  }),
];
