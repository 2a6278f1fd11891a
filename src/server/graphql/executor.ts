// How Apollo has operations executed: in one statement where that is possible, else field by field by graphql-js.
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import {
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  OperationTypeNode,
} from 'graphql';
import type { ErrorCode } from '../../errors';
import type { Context } from '../../graphql/context';
import { onePerField } from '../../graphql/lists/list-failures';
import type { Answering } from '../../read-plan/read.store';
import { type Asking, createReadQuery, ListFailed, type ReadQuery } from '../../read-plan/read-query';
import type { Db } from '../../sql/db';
import { isForCaller, knownError } from '../edge/format-error';
import { SQL_FIELDS } from '../schema/sql-fields';

export interface ExecutorOptions {
  /** Queries in one statement. */
  readPlans: boolean;
  /** Where queries read. */
  readingDb: Db;
  /** Where those read that are one statement, whose plan is kept. */
  answering: Answering;
}

const MAX_COERCION_ERRORS = 10;

export function createExecutor(schema: GraphQLSchema, options: ExecutorOptions): GatewayExecutor {
  const readQuery = options.readPlans ? createReadQuery(schema, SQL_FIELDS, options.answering) : null;
  return async ({ document, operation, operationName, request, context: given }) => {
    const context = given as Context;
    const rawVariables = request.variables ?? {};
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], rawVariables, {
      maxErrors: MAX_COERCION_ERRORS,
    });
    if (errors) return { errors: errors.map(aboutVariables) };
    // a mutation reads what it has just written
    if (operation.operation === OperationTypeNode.QUERY) context.db = options.readingDb;
    const answered = await answerOf(readQuery, { document, operation, variables: coerced, context });
    if (answered) return answered;
    const result = await execute({
      schema,
      document,
      operationName: operationName ?? null,
      variableValues: rawVariables,
      contextValue: context,
    });
    return result.errors ? { ...result, errors: onePerField(result.errors) } : result;
  };
}

// Apollo knows by its words what graphql-js finds wrong with variables, but not that it has found enough.
function aboutVariables({ message, nodes, originalError }: GraphQLError): GraphQLError {
  const extensions: Record<string, unknown> = { code: 'BAD_USER_INPUT' satisfies ErrorCode };
  return new GraphQLError(message, { nodes, originalError, extensions });
}

/** Of what concerns the whole request. */
const STATUS_OF: Partial<Record<ErrorCode, number>> = { UNAUTHENTICATED: 401, UNAVAILABLE: 503 };

/** null: the resolvers are to be asked. */
async function answerOf(readQuery: ReadQuery | null, asking: Asking): Promise<ExecutionResult | null> {
  const { context } = asking;
  try {
    const first = await attempt(readQuery, asking);
    if (first.result || !context.optimisticAuth) return first.result;
    // of the viewer who was recognised, the database is asked before anything else is done for them
    context.viewer = await context.optimisticAuth.confirm();
    context.optimisticAuth = null;
    return first.failed ? null : (await attempt(readQuery, asking)).result;
  } catch (error) {
    const known = knownError(error);
    if (!known) throw error;
    const http = { status: STATUS_OF[known.code] ?? 400 };
    return { errors: [new GraphQLError(known.message, { extensions: { code: known.code, http } })] };
  }
}

interface Attempt {
  result: ExecutionResult | null;
  /** Whether it would fail again. */
  failed: boolean;
}

/**
 * One statement is one answer: where it fails, the resolvers are asked, who find out which part of it does.
 * @throws what concerns the whole request
 */
async function attempt(readQuery: ReadQuery | null, asking: Asking): Promise<Attempt> {
  try {
    const data = (await readQuery?.(asking)) ?? null;
    return { result: data === null ? null : ({ data } as ExecutionResult), failed: false };
  } catch (error) {
    if (error instanceof ListFailed) return { result: failedList(error), failed: true };
    const known = knownError(error);
    if (known && STATUS_OF[known.code]) throw error;
    if (!isForCaller(error)) asking.context.log.warn({ err: error }, 'a read plan failed: its resolvers are asked');
    return { result: null, failed: true };
  }
}

function failedList({ key, node, cause }: ListFailed): ExecutionResult {
  const error = new GraphQLError('failed', { nodes: [node], path: [key], originalError: cause });
  return { data: { [key]: null }, errors: [error] };
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
