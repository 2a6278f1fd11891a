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
import { exactArgument } from '../graphql/arguments/exact-argument';
import { BodyType, bodyOf } from '../graphql/body.type';
import { CONFIRMS_VIEWER, confirming } from '../graphql/confirms-viewer';
import { Content } from '../graphql/content/content';
import type { Context } from '../graphql/context';
import { withExample } from '../graphql/example';
import { loadContent } from '../graphql/limits/answer-size';
import { payloadOf } from '../graphql/mutation-payload';
import { HasRole } from '../graphql/roles/has-role';
import { Masked } from '../graphql/roles/masked';
import { answer } from '../graphql/user-error';
import { toNodeId } from '../ids';
import { jsonOrText } from '../json/json-output';
import { inTurns } from '../json/turns';
import { PUBLISHERS, type Viewer } from '../viewer';
import { type PublishEventInput, PublishEventsInput } from './business-event.inputs';
import type { BusinessEventRow } from './business-event.store';
import { BusinessEventType } from './business-event.type';
import { documentBytes } from './data/envelope';
import { checkNumberOfEvents, type NewEvent } from './event-faults';
import { type PayloadRow, payloadsById } from './payload.store';
import type { PublishedEvent } from './publish-events';
import type { Publisher } from './publisher';

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
    const publish = async (version?: string) => {
      checkNumberOfEvents(input.events.length);
      const events = await inTurns(newEvents(input.events, context, info));
      const published = await context.services.publisher.publish(context.viewer as Viewer, events, version);
      return { events: published.map((event) => ({ ...event, id: toNodeId('BusinessEvent', event.id) })) };
    };
    return answer({ events: null as PublishedEvent[] | null }, () => confirming(context, publish));
  }

  @FieldResolver(() => ID, { description: '`evt_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: BusinessEventRow) {
    return toNodeId('BusinessEvent', row.id);
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
