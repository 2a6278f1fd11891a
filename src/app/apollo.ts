import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema, Kind } from 'graphql';
import { AppError } from '../errors';
import type { Context } from '../graphql/context';
import { formatError, isForCaller } from '../graphql/format-error';
import { refuseTooManyInputValues } from '../graphql/input-size';
import { LIMITS, limitRules } from '../graphql/limits';
import { refuseTooManyRows } from '../graphql/page-cost';
import type { Log } from '../log';
import { currentRequestId } from './request-id';

export function createApollo(schema: GraphQLSchema, log: Log): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    introspection: true,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    maxRecursiveSelections: LIMITS.selections,
    validationRules: limitRules,
    formatError: withRequestId,
    logger: log,
    plugins: [
      // it would wrap every field of every answer
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      logFaults,
      limitWhatVariablesAsk,
    ],
  });
}

/** The caller is told the id under which our log has the cause. */
function withRequestId(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { extensions, ...rest } = formatError(formatted, error);
  return { ...rest, extensions: { ...extensions, requestId: currentRequestId() } };
}

const logFaults: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didEncounterErrors({ contextValue, errors, operationName }) {
        for (const error of errors) {
          if (isForCaller(error)) continue;
          contextValue.log.error(
            { err: error.originalError ?? error, operationName, path: error.path },
            'a field failed',
          );
        }
      },
    };
  },
};

/** Limits that need the variables. */
const limitWhatVariablesAsk: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request }) {
        if (!operation) return;
        const fragments = new Map(
          document.definitions
            .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
            .map((fragment) => [fragment.name.value, fragment]),
        );
        try {
          refuseTooManyInputValues(schema, operation, request.variables ?? {});
          refuseTooManyRows({ schema, operation, fragments, variables: request.variables ?? {} });
        } catch (error) {
          if (!(error instanceof AppError)) throw error;
          throw new GraphQLError(error.message, { extensions: { code: error.code, http: { status: 400 } } });
        }
      },
    };
  },
};
