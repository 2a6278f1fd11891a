import { bodyOf } from '../graphql/body.type';
import { link, type Reading, rawJson } from '../graphql/plan/reading';
import { byTime } from '../graphql/time-order';
import { conditionOf } from '../graphql/where';
import { uuidOf } from '../ids';
import { jsonOrText } from '../json/json-output';
import { BUSINESS_EVENT_FILTER, type BusinessEventListArgs } from './business-event.inputs';
import { BUSINESS_EVENTS } from './business-event.store';

/** The bytes of a payload in base64. */
export const payloadBytes = (id: string) => `(select encode(body, 'base64') from payloads where id = ${id})`;

const payloadWithType = (id: string) =>
  `(select json_build_array(encode(body, 'base64'), content_type) from payloads where id = ${id} and body is not null)`;

export const jsonOfBytes = (raw: unknown) => jsonOrText(raw === null ? null : Buffer.from(raw as string, 'base64'));

/** `data` and `dataBody` of a row with a payload. */
export const payloadFields: Reading['fields'] = {
  data: rawJson((row) => payloadBytes(row.column('payload_id')), jsonOfBytes),
  dataBody: rawJson(
    (row) => payloadWithType(row.column('payload_id')),
    (raw) => {
      if (raw === null) return null;
      const [body, contentType] = raw as [string, string];
      return bodyOf(Buffer.from(body, 'base64'), contentType);
    },
  ),
};

export const businessEventReadings: readonly Reading[] = [
  {
    type: 'BusinessEvent',
    listing: BUSINESS_EVENTS,
    fields: { ...payloadFields, user: link('User', 'user_id'), publishedBy: link('User', 'published_by') },
  },
  {
    type: 'User',
    fields: {
      businessEvents: { kind: 'pages', of: 'BusinessEvent', column: 'user_id', list: (args) => listedEvents(args) },
    },
  },
  {
    type: 'Query',
    fields: {
      businessEvents: { kind: 'pages', of: 'BusinessEvent', column: null, list: (args) => listedEvents(args) },
      businessEvent: {
        kind: 'one',
        of: 'BusinessEvent',
        id: (args) => uuidOf('BusinessEvent', (args as { id: string }).id),
      },
    },
  },
];

/** As its resolvers list them. @param listing where they come with a column that leads to them */
export function listedEvents(args: BusinessEventListArgs, listing = BUSINESS_EVENTS) {
  const condition = conditionOf(args.where, BUSINESS_EVENT_FILTER);
  return { listing, condition, order: byTime('BusinessEvent', args.orderBy), args };
}
