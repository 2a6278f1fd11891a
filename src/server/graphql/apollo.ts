import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import {
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { AppError } from '../../errors/errors';
import { MAX_OPERATION_NAME } from '../../graphql/content/content-selection';
import type { Context } from '../../graphql/context';
import { LIMITS, limitRules } from '../../graphql/limits/document-limits';
import type { Log } from '../../logging/log';
import { answerText } from '../../read-plan/statement';
import { formatError, isForCaller } from '../edge/format-error';
import { type CostReport, createOutageLog, RETRY_AFTER_S, Refusal, STATUS_OF } from '../edge/http-errors';
import { currentRequest } from '../edge/query-time-limit';
import { outcomeOfErrors } from '../edge/request-metrics';
import { type Executor, executingWith } from './executor';
import type { Gate, Operation } from './graphql-gate';
import type { KnownDocuments } from './known-documents';
import { createDocumentStore } from './trusted-documents';

export function createApollo(
  schema: GraphQLSchema,
  executor: Executor,
  log: Log,
  gate: Gate,
  quick: KnownDocuments,
): ApolloServer<Context> {
  return new ApolloServer<Context>({
    gateway: executingWith(schema, executor),
    stringifyResult: answerText,
    documentStore: createDocumentStore(),
    // the gate asks for a key
    introspection: true,
    csrfPrevention: { requestHeaders: NOT_SENT_UNASKED },
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    validationRules: [...limitRules],
    formatError: withRequestId,
    logger: log,
    plugins: [
      // it would wrap every field of every answer
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      logFaults(createOutageLog(log)),
      passGate(gate, quick),
      sayWhenToTryAgain,
      noteOutcome,
    ],
  });
}

/**
 * A page of another site cannot send these headers without a preflight request. Credentials that browsers send
 * automatically (Basic) were refused before: a key is a bearer token.
 */
const NOT_SENT_UNASKED = ['authorization', 'x-apollo-operation-name', 'apollo-require-preflight'];

/** Adds the id under which the log has the cause. */
function withRequestId(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { id: requestId, seesSchema = false } = currentRequest() ?? {};
  const { extensions, ...rest } = formatError(formatted, error, seesSchema);
  return { ...rest, extensions: { ...extensions, requestId } };
}

const logFaults = (noteOutage: (error: unknown) => void): ApolloServerPlugin<Context> => ({
  async requestDidStart() {
    return {
      async didEncounterErrors({ contextValue, errors, operationName }) {
        for (const error of errors) {
          noteOutage(error.originalError);
          if (isForCaller(error)) continue;
          const name = operationName?.slice(0, MAX_OPERATION_NAME);
          contextValue.log.error(
            { err: error.originalError ?? error, operationName: name, path: error.path },
            'a field failed',
          );
        }
      },
    };
  },
});

/** Adds `Retry-After` to UNAVAILABLE, and status 503 if the answer has nothing else, for proxies. */
const sayWhenToTryAgain: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body, http } }) {
        if (body.kind !== 'single') return;
        const { errors = [], data } = body.singleResult;
        if (!errors.some(({ extensions }) => extensions?.code === 'UNAVAILABLE')) return;
        if (!http.headers.has('retry-after')) http.headers.set('retry-after', String(RETRY_AFTER_S));
        if (Object.values(data ?? {}).every((value) => value === null)) http.status = STATUS_OF.UNAVAILABLE;
      },
    };
  },
};

const noteOutcome: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body }, operation }) {
        const current = currentRequest();
        const kind = operation?.operation ?? 'other';
        if (!current || body.kind !== 'single' || kind === OperationTypeNode.SUBSCRIPTION) return;
        const { errors = [] } = body.singleResult;
        current.answered = { kind, outcome: outcomeOfErrors(errors.map(({ extensions }) => extensions?.code)) };
      },
    };
  },
};

/** The checks that need the variables and the caller. Adds the cost to every answer, also to a refusal. */
function passGate(gate: Gate, quick: KnownDocuments): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      let cost: CostReport | undefined;
      return {
        async didResolveOperation({ document, source, operation, request: { variables = {} }, contextValue }) {
          if (!operation) throw noOperation();
          cost = contextValue.executed?.cost;
          if (cost) return;
          // no text is kept for callers without a key
          if (contextValue.viewer) quick.learnDocument(source, document);
          const asked = { document, operation, variables };
          try {
            refuseSubscription(operation);
            await confirmWhoIntrospects(gate, asked, contextValue);
            cost = gate.checkOperation(asked, contextValue);
          } catch (error) {
            if (error instanceof Refusal) cost = error.cost;
            throw asGraphQLError(error);
          }
        },
        async willSendResponse({ response: { body } }) {
          if (cost && body.kind === 'single') body.singleResult.extensions = { ...body.singleResult.extensions, cost };
        },
      };
    },
  };
}

// the executor confirms the other operations with the statement that reads for them
async function confirmWhoIntrospects(gate: Gate, asked: Operation, context: Context): Promise<void> {
  if (!context.optimisticAuth || !gate.introspects(asked)) return;
  context.viewer = await context.optimisticAuth.confirm();
  context.optimisticAuth = null;
}

// Apollo leaves this to the executor
function noOperation(): GraphQLError {
  const extensions: Record<string, unknown> = { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } };
  return new GraphQLError('operationName must name one of the operations of the document.', { extensions });
}

function refuseSubscription({ operation }: OperationDefinitionNode): void {
  if (operation !== OperationTypeNode.SUBSCRIPTION) return;
  throw new AppError(
    'BAD_USER_INPUT',
    'Subscriptions are answered at /graphql/stream, as text/event-stream, and over WebSocket at /graphql.',
  );
}

function asGraphQLError(error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  const { status, retryAfter = undefined } =
    error instanceof Refusal ? error : { status: STATUS_OF[error.code] ?? 400 };
  const headers = new HeaderMap();
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter));
  // untyped: another library declares other headers for every GraphQLError
  const extensions: Record<string, unknown> = { code: error.code, http: { status, headers } };
  return new GraphQLError(error.message, { extensions });
}
