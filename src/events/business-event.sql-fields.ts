import { bodyOf } from '../graphql/body.type';
import { byTime } from '../graphql/lists/time-order';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { uuidOf } from '../ids';
import { jsonOrText } from '../json/json-output';
import { link, type RowSource, rawJson, type SqlFields } from '../read-plan/sql-fields';
import { BUSINESS_EVENT_FILTER, type BusinessEventListArgs } from './business-event.inputs';
import { BUSINESS_EVENTS } from './business-event.store';

const payloadWithType = (id: string) =>
  `(select json_build_array(encode(body, 'base64'), content_type, byte_length) from payloads
    where id = ${id} and body is not null)`;

type RawPayload = [body: string, contentType: string, bytes: number];

/** The field `data` of a row that has a payload. */
const data = rawJson(
  (row) => payloadWithType(row.column('payload_id')),
  (raw) => {
    if (raw === null) return null;
    const [base64, contentType, bytes] = raw as RawPayload;
    const body = Buffer.from(base64, 'base64');
    return jsonOrText(body, contentType, bytes > body.length);
  },
);

/** The fields `data` and `dataBody`. @param ofBody the id of the payload with the bytes */
export function payloadFields(ofBody: (row: RowSource) => string): SqlFields['fields'] {
  return {
    data,
    dataBody: rawJson(
      (row) => payloadWithType(ofBody(row)),
      (raw) => {
        if (raw === null) return null;
        const [body, contentType, bytes] = raw as RawPayload;
        return bodyOf(Buffer.from(body, 'base64'), contentType || null, bytes);
      },
    ),
  };
}

export const businessEventSqlFields: readonly SqlFields[] = [
  {
    type: 'BusinessEvent',
    listing: BUSINESS_EVENTS,
    fields: {
      ...payloadFields((row) => row.column('payload_id')),
      user: link('User', 'user_id'),
      publishedBy: link('User', 'published_by'),
    },
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

/** The same query as in the resolvers. @param listing one with an additional column, where a link needs it */
export function listedEvents(args: BusinessEventListArgs, listing = BUSINESS_EVENTS) {
  const condition = conditionOf(args.where, BUSINESS_EVENT_FILTER);
  return { listing, condition, order: byTime('BusinessEvent', args.orderBy), args };
}
