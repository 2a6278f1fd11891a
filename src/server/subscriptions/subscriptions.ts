// Subscriptions over SSE and WebSocket alike: opened by the schema's `subscribe`, answered event by event.
import {
  createSourceEventStream,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { credentialId } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import type { Context, Services } from '../../graphql/context';
import { makeAnswer } from '../../graphql/limits/answer-size';
import { onePerField } from '../../graphql/lists/list';
import { masksOf } from '../../graphql/roles/masked';
import type { WatchEvent } from '../../request-log/watch/tail-events';
import { resumeAfter } from '../../request-log/watch/watch-args';
import type { PoolShare } from '../../sql/session-pool';
import { isForCaller, knownError } from '../edge/format-error';
import { Refusal } from '../edge/http-errors';
import { type NoteAnswer, noteDenials } from '../graphql/executor';
import { errorOutsideApollo, type Gate, type Prepared, type Refused } from '../graphql/graphql-gate';
import {
  type Answer,
  type AnswerCache,
  type Answers,
  createAnswerCache,
  createAnswers,
  type EventDocument,
  eventDocument,
} from './event-answers';
import type { LiveSession } from './live-session';
import { readSubscription, refuseAnythingElse, type SubscriptionSlots } from './subscription-request';

export interface SubscriptionParts {
  schema: GraphQLSchema;
  gate: Gate;
  /** On the primary: a replica may lag behind the event. */
  db: PoolShare;
  services: Services;
  slots: SubscriptionSlots;
  noteAnswer: NoteAnswer;
}

export interface Subscriptions {
  /**
   * @param given as the client sent it.
   * @param lastEventId the last event of an earlier stream, if the transport has it
   */
  open(given: unknown, session: LiveSession, lastEventId: string | null): Promise<Opened | Refused>;
}

export interface Opened {
  errors: null;
  prepared: Prepared;
  answers: Answers;
}

/** One open subscription. */
interface Running {
  session: LiveSession;
  prepared: Prepared;
  /** The document that is executed for each event. */
  asked: EventDocument;
  /** The rights for which the arguments were last checked. */
  rights: string;
}

export function createSubscriptions(parts: SubscriptionParts): Subscriptions {
  const cache = createAnswerCache();
  return {
    async open(given, session, lastEventId) {
      let leave = () => {};
      try {
        const prepared = parts.gate.prepare(readSubscription(given), session);
        if (prepared.errors) return prepared;
        refuseAnythingElse(prepared);
        leave = parts.slots.subscribe();
        const context = await contextOf(parts, session);
        if (lastEventId !== null) resumeAfter(context, lastEventId);
        const events = await createSourceEventStream(argumentsOf(parts, prepared, context));
        if (Symbol.asyncIterator in events) {
          const running = {
            session,
            prepared,
            asked: eventDocument(parts.schema, prepared),
            rights: rightsIn(context),
          };
          const stream = events as AsyncIterable<readonly WatchEvent[]>;
          return { errors: null, prepared, answers: answersTo(parts, cache, running, stream, leave) };
        }
        leave();
        noteDenials(parts.services.auditNotes, session.viewer, events.errors);
        return refused(events.errors ?? [], session);
      } catch (error) {
        leave();
        return refused([error], session);
      }
    },
  };
}

function answersTo(
  parts: SubscriptionParts,
  cache: AnswerCache,
  running: Running,
  events: AsyncIterable<readonly WatchEvent[]>,
  leave: () => void,
): Answers {
  const { session } = running;
  const answer = (some: readonly WatchEvent[]) => answersFor(parts, cache, running, some);
  const answers = createAnswers(events[Symbol.asyncIterator](), answer, () => {
    session.streams.delete(stream);
    leave();
  });
  const stream = {
    check: () =>
      void check().catch((error: unknown) => session.log.debug({ err: error }, 'a subscription not checked')),
    end: answers.end,
  };
  // what cannot be checked now is checked before the next event is answered
  const check = async () => {
    const refusal = await refusalSince(parts, running, await contextOf(parts, session));
    if (refusal) answers.end(refusal);
  };
  session.streams.add(stream);
  return answers;
}

/** @throws AppError if the caller may no longer have the events */
async function answersFor(
  parts: SubscriptionParts,
  cache: AnswerCache,
  running: Running,
  events: readonly WatchEvent[],
): Promise<Answer[]> {
  const { session, prepared, asked } = running;
  const context = await contextOf(parts, session);
  const since = await refusalSince(parts, running, context);
  if (since) throw since;
  const ofViewer = asked.isOfViewer ? credentialId(session.viewer) : '';
  const key = `${asked.key} ${rightsIn(context)} ${ofViewer}`;
  const answers = () =>
    events.map(async (event) => {
      const work = () => executed(argumentsOf(parts, { ...prepared, ...asked }, context), event);
      const { result, json } = await cache.of(event, key, work);
      const { id } = event;
      parts.noteAnswer(prepared, session.viewer, result.data);
      noteDenials(parts.services.auditNotes, session.viewer, result.errors);
      if (!result.errors) return { id, result, json };
      const refusal = refusalIn(result);
      if (refusal) throw refusal;
      const errors = result.errors.map((error) => errorOutsideApollo(error, session.requestId));
      const own = { errors, data: result.data };
      return { id, result: own, json: () => JSON.stringify(own) };
    });
  return makeAnswer(context, () => Promise.all(answers()));
}

async function executed(args: ReturnType<typeof argumentsOf>, event: WatchEvent): Promise<ExecutionResult> {
  const result = await execute({ ...args, rootValue: event });
  const errors = result.errors && onePerField(result.errors);
  for (const error of errors ?? []) {
    if (isForCaller(error)) continue;
    const { log } = args.contextValue;
    log.error({ err: error.originalError ?? error, path: error.path }, 'a field of a subscription failed');
  }
  return errors ? { ...result, errors } : result;
}

/** What an answer depends on beside its event: the roles of the viewer, and what is masked from them. */
function rightsIn(context: Context): string {
  return `${[...(context.viewer?.roles ?? [])].sort()} ${masksOf(context).version}`;
}

/**
 * Checks the arguments again if roles or masking rules have changed since the last time: a filter on content would tell which
 * new requests have a value that is masked now.
 */
async function refusalSince(parts: SubscriptionParts, running: Running, context: Context): Promise<AppError | null> {
  const rights = rightsIn(context);
  if (running.rights === rights) return null;
  // runs only the guards, without an event: no guard reads it
  const refusal = refusalIn(await execute(argumentsOf(parts, running.prepared, context)));
  if (refusal === null) running.rights = rights;
  return refusal;
}

function refusalIn({ errors = [] }: ExecutionResult): AppError | null {
  const [cause] = errors
    .filter(({ path }) => path?.length === 1)
    .map(({ originalError }) => originalError)
    .filter((error) => error instanceof AppError);
  return cause && ['UNAUTHENTICATED', 'FORBIDDEN'].includes(cause.code) ? cause : null;
}

function argumentsOf({ schema }: SubscriptionParts, { document, operation, variables }: Prepared, context: Context) {
  return {
    schema,
    document,
    operationName: operation.name?.value,
    variableValues: variables as Record<string, unknown>,
    contextValue: context,
  };
}

async function contextOf({ db, services }: SubscriptionParts, session: LiveSession): Promise<Context> {
  const { viewer, requestId, remoteAddress, log } = session;
  await services.maskingRules.refresh(viewer);
  return {
    db,
    transaction: (work) => db.inTransaction(work),
    viewer,
    requestId,
    remoteAddress,
    traceparent: null,
    log,
    variables: () => undefined,
    services,
    memory: new Map(),
  };
}

function refused(errors: readonly unknown[], session: LiveSession): Refused {
  const limit = errors.find((error) => error instanceof Refusal);
  return {
    errors: errors.map((error) => outgoing(error, session)),
    status: limit?.status ?? 400,
    retryAfter: limit?.retryAfter,
  };
}

/** Any error of a subscription in the form of `format-error.ts`; internal errors are logged. */
export function outgoing(
  error: unknown,
  { requestId, log }: Pick<Context, 'requestId' | 'log'>,
): GraphQLFormattedError {
  const original = error instanceof GraphQLError ? error.originalError : (error as Error);
  if (!isForCaller(error) && !knownError(original)) log.error({ err: original ?? error }, 'a subscription failed');
  // errors of graphql-js about variables have no code
  if (error instanceof GraphQLError) return errorOutsideApollo(error, requestId, 'BAD_USER_INPUT');
  return errorOutsideApollo(new GraphQLError(original?.message ?? '', { originalError: original }), requestId);
}
