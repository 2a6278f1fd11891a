import type { GraphQLResolveInfo } from 'graphql';
import { GraphQLJSON } from 'graphql-scalars';
import {
  Arg,
  Ctx,
  Extensions,
  Field,
  FieldResolver,
  ID,
  Info,
  Mutation,
  ObjectType,
  Resolver,
  Root,
} from 'type-graphql';
import { PUBLISHERS, READERS, type Viewer } from '../access/viewer';
import { exactArgument } from '../graphql/arguments/exact-argument';
import { BodyType, bodyOf } from '../graphql/body.type';
import { Content } from '../graphql/content/content';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/directives';
import { CONFIRMS_VIEWER, confirming } from '../graphql/field-rules';
import { loadContent } from '../graphql/limits/answer-size';
import { byTime } from '../graphql/lists/list';
import { conditionOf } from '../graphql/lists/where-to-sql';
import { HasRole } from '../graphql/roles/has-role';
import { Masked } from '../graphql/roles/masked';
import { answer, payloadOf } from '../graphql/user-error';
import { jsonOrText } from '../json/json-text';
import { inTurns } from '../json/turns';
import { byId, link, linkedFields, page, pageBelow, rootFields } from '../read-plan/linked-fields';
import { type RowSource, rawJson, rowList, rowType, type SqlFields } from '../read-plan/sql-fields';
import type { Listing } from '../sql/listing';
import { USER } from '../users/user.resolver';
import { toNodeId } from '../values/ids';
import { BUSINESS_EVENTS, type BusinessEventRow, eventsById } from './business-event.store';
import {
  BusinessEventConnection,
  BusinessEventListArgs,
  BusinessEventType,
  BusinessEventWhere,
  type PublishEventInput,
  PublishEventsInput,
} from './business-event.type';
import { documentBytes, documentSql } from './data/envelope';
import { checkNumberOfEvents, type NewEvent } from './event-faults';
import { type PayloadRow, payloadsById, unlessErased } from './payload.store';
import type { PublishedEvent } from './publish-events';
import type { Publisher } from './publisher';

/** The bytes of a payload, or of the document in it, which is never cut. @param enveloped an expression; absent: the payload */
function payloadWithType(id: string, enveloped?: string): string {
  const bytes = enveloped === undefined ? 'body' : documentSql(enveloped, 'body');
  const total = enveloped === undefined ? 'byte_length' : `case when not ${enveloped} then byte_length end`;
  return `(select json_build_array(encode(${bytes}, 'base64'), content_type, ${total}) from payloads
    where id = ${id} and body is not null)`;
}

type RawPayload = [body: string, contentType: string, bytes: number | null];

type OfRow = (row: RowSource) => string;

/** The fields `data` and `dataBody`. @param ofBody the id of the payload with the bytes @param enveloped of an event */
export function payloadFields(ofBody: OfRow, enveloped?: OfRow): SqlFields['fields'] {
  const source = (id: OfRow) => (row: RowSource) =>
    payloadWithType(unlessErased(id(row), row.column('erasure_id')), enveloped?.(row));
  return {
    data: rawJson(
      source((row) => row.column('payload_id')),
      (raw) => {
        if (raw === null) return null;
        const [base64, contentType, bytes] = raw as RawPayload;
        const body = Buffer.from(base64, 'base64');
        return jsonOrText(body, contentType, bytes !== null && bytes > body.length);
      },
    ),
    dataBody: rawJson(source(ofBody), (raw) => {
      if (raw === null) return null;
      const [body, contentType, bytes] = raw as RawPayload;
      return bodyOf(Buffer.from(body, 'base64'), contentType || null, bytes ?? undefined);
    }),
  };
}

export const businessEventSqlFields: readonly SqlFields[] = [
  {
    type: 'BusinessEvent',
    fields: payloadFields(
      (row) => row.column('payload_id'),
      (row) => row.column('enveloped'),
    ),
  },
];

export const BUSINESS_EVENT = rowType('BusinessEvent', () => BusinessEventType, BUSINESS_EVENTS, eventsById);

/** @param listing one with an additional column, where a field needs it */
export function listOfEvents(listing: Listing = BUSINESS_EVENTS) {
  return rowList(BUSINESS_EVENT, {
    connection: () => BusinessEventConnection,
    args: () => BusinessEventListArgs,
    listQuery: (args) => ({
      listing,
      condition: conditionOf(args.where, BusinessEventWhere.filter),
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

declare module '../graphql/context' {
  interface Services {
    publisher: Publisher;
  }
}

@ObjectType('PublishedEvent', { simpleResolvers: true, description: 'The result for one event of `publishEvents`.' })
class PublishedEventType {
  @Field(() => ID, {
    description: 'The id of the business event, `evt_...`; for a duplicate, the id of the event published first.',
  })
  id: string;

  @Field(() => Boolean, { description: 'Whether the same event was already published with this idempotency key.' })
  duplicate: boolean;
}

const PublishEventsPayload = payloadOf('PublishEvents', {
  events: [
    () => [PublishedEventType],
    'The accepted events, 1 to 500, in the order of the input; null: none was accepted.',
  ],
});

export function loadPayload(context: Context, id: string | null): Promise<PayloadRow | null> | null {
  if (id === null) return null;
  return loadContent(context, 'Payload', id, {
    load: (ids) => payloadsById(context.db, ids),
    bytesOf: ({ body }) => body?.length ?? 0,
  });
}

function loadDocument(context: Context, { payloadId, isErased }: BusinessEventRow) {
  return loadPayload(context, isErased ? null : payloadId);
}

@Resolver(() => BusinessEventType)
export class BusinessEventResolver {
  @HasRole(...PUBLISHERS)
  @Extensions(CONFIRMS_VIEWER)
  @Mutation(() => PublishEventsPayload, {
    description: withExample(
      'Publishes 1 to 500 business events. All of them are accepted, or none. Each event is delivered to every ' +
        'webhook that matches it; a delivery is signed, and retried until it succeeds or its attempts are ' +
        'exhausted.',
      'mutation ($events: [PublishEventInput!]!) {\n' +
        '  publishEvents(input: { events: $events }) { events { id duplicate } userErrors { field message } }\n}',
    ),
  })
  publishEvents(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => PublishEventsInput, { validate: false, description: 'The events.' }) input: PublishEventsInput,
  ) {
    const { traceparent } = context;
    const publish = async (version?: string) => {
      checkNumberOfEvents(input.events.length);
      const events = await inTurns(newEvents(input.events, context, info));
      const published = await context.services.publisher.publish(context.viewer as Viewer, events, {
        traceparent,
        version,
      });
      return { events: published.map((event) => ({ ...event, id: toNodeId('BusinessEvent', event.id) })) };
    };
    return answer({ events: null as PublishedEvent[] | null }, () => confirming(context, publish));
  }

  @Content()
  @Masked('DATA')
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The document as JSON; null once it was erased. `dataBody` contains the exact bytes.',
  })
  async data(@Root() row: BusinessEventRow, @Ctx() context: Context) {
    const payload = await loadDocument(context, row);
    if (!payload?.body) return null;
    const { body, byteLength, contentType } = payload;
    return jsonOrText(documentBytes(row, body), contentType, byteLength > body.length);
  }

  @Content()
  @Masked('DATA')
  @FieldResolver(() => BodyType, {
    nullable: true,
    description: 'The exact bytes of the document; null once they were erased.',
  })
  async dataBody(@Root() row: BusinessEventRow, @Ctx() context: Context) {
    const payload = await loadDocument(context, row);
    return payload?.body ? bodyOf(documentBytes(row, payload.body), payload.contentType || null) : null;
  }
}

// the data of an event that is written in the query may contain a long variable, and that of the next event too
function* newEvents(
  given: PublishEventInput[],
  context: Context,
  info: GraphQLResolveInfo,
): Generator<void, NewEvent[]> {
  const events: NewEvent[] = [];
  for (const [index, event] of given.entries()) {
    events.push(newEvent(event, index, context, info));
    yield;
  }
  return events;
}

// GraphQL has parsed all fields; `data` is read again from the request, to keep its exact text.
function newEvent(event: PublishEventInput, index: number, context: Context, info: GraphQLResolveInfo): NewEvent {
  const data = exactArgument(info, context.variables(), ['input', 'events', index, 'data']);
  if (!data) throw new Error(`events.${index}.data passed GraphQL but was not found in the request`);
  const { documentType, event: name, referenceDocument, user = null, idempotencyKey = null, causedBy = null } = event;
  return { documentType, event: name, referenceDocument, user, idempotencyKey, causedBy, data };
}
