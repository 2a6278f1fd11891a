// POST /events: what `publishEvents` does, for business systems that send plain JSON or CloudEvents.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { mayPublish, missingRole, PUBLISHERS, type Viewer } from '../../access/viewer';
import { AppError, CallerChanged, InputError, quoted, type UserError } from '../../errors/errors';
import { checkNumberOfEvents, type NewEvent } from '../../events/event-faults';
import type { PublishedEvent } from '../../events/publish-events';
import type { Publisher } from '../../events/publisher';
import { isObject } from '../../json/json-form';
import { type JsonPart, memberOf, rootOf } from '../../json/json-part';
import type { AuthCache } from '../../users/auth-cache';
import { toNodeId } from '../../values/ids';
import { type ConcurrencyLimiter, inSlot, takeSlot } from '../edge/concurrency-limiter';
import { Refusal } from '../edge/http-errors';
import type { JsonBodyReader } from '../edge/read-body';
import { readViewer } from '../edge/read-viewer';
import { traceparentOfRequest } from '../edge/trace-requests';
import {
  BEYOND_ASCII,
  binaryCloudEvent,
  isBinaryMode,
  JSON_TYPE,
  plainEvent,
  structuredCloudEvent,
} from './read-events';

const PLAIN_JSON = 'application/json';
const CLOUD_EVENT = 'application/cloudevents+json';
const CLOUD_EVENTS = 'application/cloudevents-batch+json';

export interface EventsRoute {
  source: DataSource;
  limiter: ConcurrencyLimiter;
  publisher: Publisher;
  /** null with a replica, which may lag behind the primary. */
  authCache: AuthCache | null;
  readJson: JsonBodyReader;
}

/**
 * Answers `{ events, userErrors }` as `publishEvents` does, with status 200, 409 if all faults are conflicts, or 422 for
 * other faults.
 */
export async function serveEvents(server: FastifyInstance, route: EventsRoute): Promise<void> {
  // the other routes read application/json alone
  await server.register(async (own) => {
    own.addContentTypeParser(JSON_TYPE, route.readJson);
    serveRoute(own, route);
  });
}

function serveRoute(server: FastifyInstance, { source, limiter, publisher, authCache }: EventsRoute): void {
  server.post(
    '/events',
    {
      onRequest: async (request, reply) => {
        await readViewer(request, source.manager, authCache);
        if (!request.viewer || !mayPublish(request.viewer)) await confirmedPublisher(request);
        await takeSlot(limiter, request, reply);
      },
      errorHandler: (error) => {
        throw isOtherMediaType(error) ? otherMediaType() : error;
      },
    },
    (request, reply) =>
      inSlot(request, async () => {
        // again: a role may have been taken while the body arrived
        const viewer = publisherOf(request);
        try {
          const events = eventsOf(request);
          server.rates.spend(viewer, request.ip, { requested: events.length, limit: events.length });
          const published = await publish(request, publisher, events);
          const shown = published.map((event) => ({ ...event, id: toNodeId('BusinessEvent', event.id) }));
          return { events: shown, userErrors: [] };
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          await confirmedPublisher(request);
          return refused(reply, error.errors);
        }
      }),
  );
}

/** The transaction that publishes confirms a viewer from the auth cache. */
async function publish(request: FastifyRequest, publisher: Publisher, events: NewEvent[]): Promise<PublishedEvent[]> {
  // an empty batch of CloudEvents
  if (events.length === 0) return confirmedPublisher(request).then(() => []);
  const traceparent = traceparentOfRequest(request);
  try {
    return await publisher.publish(publisherOf(request), events, {
      traceparent,
      version: request.optimisticAuth?.version,
    });
  } catch (error) {
    if (!(error instanceof CallerChanged)) throw error;
    return publisher.publish(await confirmedPublisher(request), events, { traceparent });
  }
}

/** Reads a viewer who comes from the auth cache. @throws as `readViewer`; Denied */
async function confirmedPublisher(request: FastifyRequest): Promise<Viewer> {
  if (request.optimisticAuth) {
    request.viewer = await request.optimisticAuth.confirm();
    request.optimisticAuth = null;
  }
  return publisherOf(request);
}

const MEDIA_TYPES =
  `The body must be JSON in UTF-8, as ${PLAIN_JSON}, ${CLOUD_EVENT} or ${CLOUD_EVENTS}; ` +
  'the data of a CloudEvent in binary mode may have any media type of JSON.';

function otherMediaType(): Refusal {
  return new Refusal('BAD_USER_INPUT', MEDIA_TYPES, 415);
}

function isOtherMediaType(error: unknown): boolean {
  return !(error instanceof AppError) && (error as { statusCode?: number }).statusCode === 415;
}

/** @throws AppError UNAUTHENTICATED; Denied */
function publisherOf({ viewer }: FastifyRequest): Viewer {
  if (!viewer) throw new AppError('UNAUTHENTICATED', 'Send an API key: Authorization: Bearer hl_...');
  if (mayPublish(viewer)) return viewer;
  throw missingRole('POST /events', PUBLISHERS, viewer.roles);
}

function refused(reply: FastifyReply, userErrors: UserError[]): object {
  reply.code(userErrors.every(({ code }) => code === 'CONFLICT') ? 409 : 422);
  return { events: null, userErrors };
}

/** @throws InputError for everything that is wrong with the form of the events */
function eventsOf(request: FastifyRequest): NewEvent[] {
  const { json, headers } = request;
  if (!json) throw new AppError('BAD_USER_INPUT', 'The body must be JSON.');
  const root = rootOf(json);
  const mediaType = mediaTypeOf(headers['content-type']);
  const faults: UserError[] = [];
  const isInBody = mediaType === CLOUD_EVENT || mediaType === CLOUD_EVENTS;
  const isPlain = !isInBody && !isBinaryMode(headers);
  if (isPlain && mediaType !== PLAIN_JSON) throw otherMediaType();
  if (!isPlain) refuseKeyOfHeader(headers);
  const events = isPlain ? plain(request, root, faults) : cloudEvents(request, mediaType, root, faults);
  if (faults.length > 0) throw new InputError(faults.slice(0, MAX_FAULTS));
  return events;
}

/** Enough to name each of 500 events. */
const MAX_FAULTS = 600;

function mediaTypeOf(contentType = ''): string {
  return (contentType.split(';', 1)[0] as string).trim().toLowerCase();
}

// a caller who sends one expects it to count
function refuseKeyOfHeader(headers: FastifyRequest['headers']): void {
  if (headers['idempotency-key'] === undefined) return;
  const message =
    'The header Idempotency-Key is for plain JSON. The key of a CloudEvent is its source and id: leave out the header.';
  throw new InputError([{ field: ['Idempotency-Key'], code: 'INVALID', message }]);
}

function plain({ headers, raw }: FastifyRequest, root: JsonPart, faults: UserError[]): NewEvent[] {
  const isGiven = headers['idempotency-key'] !== undefined;
  const [key = null, ...others] = isGiven ? (raw.headersDistinct['idempotency-key'] ?? []) : [];
  if (others.length > 0) {
    const message = `The header Idempotency-Key is given ${others.length + 1} times: give it once.`;
    throw new InputError([{ field: ['Idempotency-Key'], code: 'INVALID', message }]);
  }
  if (key !== null && BEYOND_ASCII.test(key)) {
    // Node reads the bytes of headers as Latin-1: in the body it would be another key
    const message = `The header Idempotency-Key is ${quoted(key)}; give a key with characters beyond ASCII in the body, as idempotencyKey.`;
    throw new InputError([{ field: ['Idempotency-Key'], code: 'INVALID', message }]);
  }
  if (key !== null && Array.isArray(root.value)) {
    const message = 'The header Idempotency-Key is for one event. In a list, give each event its idempotencyKey.';
    throw new InputError([{ field: ['Idempotency-Key'], code: 'INVALID', message }]);
  }
  return objectsOf(root, faults).map(({ part, path }) => plainEvent(part, path, key, faults));
}

function cloudEvents({ raw }: FastifyRequest, mediaType: string, root: JsonPart, faults: UserError[]): NewEvent[] {
  const isBatch = mediaType === CLOUD_EVENTS;
  if (!isBatch && mediaType !== CLOUD_EVENT) return [binaryCloudEvent(raw.headersDistinct, root, faults)];
  if (isBatch !== Array.isArray(root.value)) {
    const message = isBatch
      ? `By its content type the body is a list of CloudEvents. Send one event as ${CLOUD_EVENT}.`
      : `By its content type the body is one CloudEvent. Send a list as ${CLOUD_EVENTS}.`;
    throw new InputError([{ field: null, code: 'INVALID', message }]);
  }
  // the JSON format, section 4: valid in a request
  if (isBatch && (root.value as unknown[]).length === 0) return [];
  return objectsOf(root, faults).map(({ part, path }) => structuredCloudEvent(part, path, faults));
}

interface Listed {
  part: JsonPart;
  path: string[];
}

/** The objects of the body, one or a list of them. Anything else in it is a fault. */
function objectsOf(root: JsonPart, faults: UserError[]): Listed[] {
  const { value } = root;
  const isList = Array.isArray(value);
  if (isList) checkNumberOfEvents(value.length);
  const parts = isList ? value.map((_, index) => memberOf(root, index) as JsonPart) : [root];
  const listed = parts.map((part, index): Listed => ({ part, path: ['events', String(index)] }));
  const isRefused = ({ part }: Listed) => !isObject(part.value);
  for (const { path } of listed.filter(isRefused)) {
    faults.push({ field: path, code: 'INVALID', message: `${path.join('.')} must be an object.` });
  }
  return listed.filter((each) => !isRefused(each));
}
