// How Apollo has operations executed: in one statement where that is possible, else field by field by graphql-js.
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import {
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { ErrorCode } from '../errors';
import type { Context } from '../graphql/context';
import { knownError } from '../graphql/format-error';
import type { Answering } from '../graphql/plan/read.store';
import { type Asking, createReadQuery, type ReadQuery } from '../graphql/plan/read-query';
import type { Db } from '../sql/db';
import { READINGS } from './readings';

export interface ExecutorOptions {
  /** Queries in one statement. */
  readPlans: boolean;
  /** Where queries read. */
  readingDb: Db;
  /** Where those read that are one statement, whose plan is kept. */
  answering: Answering;
}

const MOST_COERCION_ERRORS = 10;

export function createExecutor(schema: GraphQLSchema, options: ExecutorOptions): GatewayExecutor {
  const readQuery = options.readPlans ? createReadQuery(schema, READINGS, options.answering) : null;
  return async ({ document, operation, operationName, request, context: given }) => {
    const context = given as Context;
    const rawVariables = request.variables ?? {};
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], rawVariables, {
      maxErrors: MOST_COERCION_ERRORS,
    });
    if (errors) return { errors: errors.map(aboutVariables) };
    // a mutation reads what it has just written
    if (operation.operation === OperationTypeNode.QUERY) context.db = options.readingDb;
    const asking = { document, operation, variables: coerced, context };
    try {
      const data = (await readQuery?.(asking)) ?? (await readOnceConfirmed(readQuery, asking));
      if (data !== null) return { data } as ExecutionResult;
    } catch (error) {
      return failed(operation, error);
    }
    return execute({
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: rawVariables,
      contextValue: context,
    });
  };
}

// Apollo knows by its words what graphql-js finds wrong with variables, but not that it has found enough.
function aboutVariables({ message, nodes, originalError }: GraphQLError): GraphQLError {
  const extensions: Record<string, unknown> = { code: 'BAD_USER_INPUT' satisfies ErrorCode };
  return new GraphQLError(message, { nodes, originalError, extensions });
}

/** Of what concerns the whole request. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = { UNAUTHENTICATED: 401, UNAVAILABLE: 503 };

// One statement is one answer: where it fails, all of it does.
function failed(operation: OperationDefinitionNode, error: unknown): ExecutionResult {
  const known = knownError(error);
  const status = known && STATUS_OF[known.code];
  if (known && status) {
    return { errors: [new GraphQLError(known.message, { extensions: { code: known.code, http: { status } } })] };
  }
  const [first] = operation.selectionSet.selections;
  const nodes = first?.kind === Kind.FIELD ? [first] : [];
  const path = nodes.map((node) => node.alias?.value ?? node.name.value);
  return { data: null, errors: [new GraphQLError('failed', { nodes, path, originalError: error as Error })] };
}

// Of the viewer who was recognised, the database is asked before anything else is done for them.
async function readOnceConfirmed(readQuery: ReadQuery | null, asking: Asking): Promise<unknown | null> {
  const { context } = asking;
  if (!context.unconfirmed) return null;
  context.viewer = await context.unconfirmed.confirm();
  context.unconfirmed = null;
  return (await readQuery?.(asking)) ?? null;
}

/** Apollo's way to say who executes. */
export function executingWith(schema: GraphQLSchema, executor: GatewayExecutor): GatewayInterface {
  return {
    load: async () => ({ executor }),
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: async () => undefined,
  };
}
