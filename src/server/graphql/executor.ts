// Executes operations for Apollo: in one statement if possible, otherwise field by field by graphql-js.
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import {
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  OperationTypeNode,
} from 'graphql';
import type { Viewer } from '../../access/viewer';
import type { AuditNotes } from '../../audit/notes/audit-notes';
import { Denied, type ErrorCode } from '../../errors/errors';
import { createContentSelections } from '../../graphql/content/content-selection';
import type { Context } from '../../graphql/context';
import { confirmsViewer } from '../../graphql/field-rules';
import { AnswerTooLarge, makeAnswer } from '../../graphql/limits/answer-size';
import { onePerField } from '../../graphql/lists/list';
import { createFaultLog, type Log } from '../../logging/log';
import type { FallbackReason, OnFallback } from '../../read-plan/plan';
import type { Answering } from '../../read-plan/read.store';
import { createReadQuery, ListFailed, type QueryRequest, type ReadQuery } from '../../read-plan/read-query';
import { RawAnswer } from '../../read-plan/statement';
import { isStatementTimeout } from '../../sql/database-errors';
import type { Db } from '../../sql/db';
import { isForCaller, knownError } from '../edge/format-error';
import { STATUS_OF } from '../edge/http-errors';
import { SQL_FIELDS } from '../schema/schema';
import type { Operation } from './graphql-gate';

declare module '../../graphql/context' {
  interface Context {
    /** Whether a mutation was executed. */
    hasMutated?: boolean;
  }
}

export interface ExecutorOptions {
  /** Whether queries may be answered in one statement. */
  readPlans: boolean;
  /** The connections from which queries read. */
  readingDb: Db;
  /** The connections for queries in one statement, whose plans are kept. */
  answering: Answering;
  onFallback: OnFallback;
  noteAnswer: NoteAnswer;
  /** Is called with errors for which the whole query is refused, before they get the form for callers. */
  noteOutage(error: unknown): void;
}

const MAX_COERCION_ERRORS = 10;

/** An operation that has passed the gate, with the variables as they were sent. */
export interface Executed extends Operation {
  context: Context;
}

export type Executor = (asked: Executed) => Promise<ExecutionResult>;

export function createExecutor(schema: GraphQLSchema, options: ExecutorOptions): Executor {
  const noteFailedPlan = createFailedPlanLog();
  const readQuery = options.readPlans ? createReadQuery(schema, SQL_FIELDS, options.answering) : null;
  const resolve = async ({ document, operation, variables, context }: Executed): Promise<ExecutionResult> =>
    makeAnswer(context, async () =>
      execute({
        schema,
        document,
        operationName: operation.name?.value ?? null,
        variableValues: variables,
        contextValue: context,
      }),
    );
  const noted = (result: ExecutionResult, asked: Executed): ExecutionResult => {
    const { viewer, services } = asked.context;
    options.noteAnswer(asked, viewer, result.data);
    noteDenials(services.auditNotes, viewer, result.errors);
    if (!result.errors) return result;
    return { ...result, errors: onePerField(result.errors) };
  };
  return async (asked) => {
    const { document, operation, variables: rawVariables, context } = asked;
    if (context.optimisticAuth && confirmsViewer(schema, operation)) {
      context.hasMutated = operation.operation === OperationTypeNode.MUTATION;
      const result = await resolve(asked);
      // otherwise nothing was done
      if (!context.optimisticAuth) return noted(result, asked);
    }
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], rawVariables, {
      maxErrors: MAX_COERCION_ERRORS,
    });
    if (errors) return { errors: errors.map(aboutVariables) };
    // mutations read from the primary, where they have just written
    const isQuery = operation.operation === OperationTypeNode.QUERY;
    if (isQuery) context.db = options.readingDb;
    else context.hasMutated = true;
    const query = { document, operation, variables: coerced, context };
    const answered = await answerOf(isQuery ? readQuery : null, query, { ...options, noteFailedPlan });
    if (answered) {
      options.noteAnswer(query, context.viewer, answered.data);
      return answered;
    }
    return noted(await resolve(asked), { ...asked, variables: coerced });
  };
}

type NoteFailedPlan = (log: Log, error: unknown) => void;

/** Once a minute for each kind of error, with the id of the request. */
function createFailedPlanLog(): NoteFailedPlan {
  let of: Log;
  const report = createFaultLog((error, unwritten) =>
    of.warn({ err: error, unwritten }, 'a read plan failed: its resolvers run'),
  );
  return (log, error) => {
    of = log;
    report(error);
  };
}

// Apollo recognises the messages of graphql-js about variables, but not the one that there are too many errors.
function aboutVariables({ message, nodes, originalError }: GraphQLError): GraphQLError {
  const extensions: Record<string, unknown> = { code: 'BAD_USER_INPUT' satisfies ErrorCode };
  return new GraphQLError(message, { nodes, originalError, extensions });
}

/** null: the resolvers must run. */
async function answerOf(
  readQuery: ReadQuery | null,
  query: QueryRequest,
  { onFallback, noteOutage, noteFailedPlan }: ExecutorOptions & { noteFailedPlan: NoteFailedPlan },
): Promise<ExecutionResult | null> {
  const { context } = query;
  const { maskingRules } = context.services;
  try {
    await maskingRules.refresh(context.viewer);
    let last = await attempt(readQuery, query, noteFailedPlan);
    if (!last.result && context.optimisticAuth) {
      // a viewer from the auth cache is confirmed by the database before anything else is done for them
      context.viewer = await context.optimisticAuth.confirm();
      context.optimisticAuth = null;
      await maskingRules.refresh(context.viewer);
      if (!last.failed) last = await attempt(readQuery, query, noteFailedPlan);
    }
    if (last.fallback) {
      onFallback(last.fallback);
      context.log.debug({ reason: last.fallback }, 'no read plan answers the query: its resolvers run');
    }
    return last.result;
  } catch (error) {
    const known = knownError(error);
    if (!known) throw error;
    noteOutage(error);
    const http = { status: STATUS_OF[known.code] ?? 400 };
    return { errors: [new GraphQLError(known.message, { extensions: { code: known.code, http } })] };
  }
}

interface Attempt {
  result: ExecutionResult | null;
  /** Whether a second attempt would fail too. */
  failed: boolean;
  fallback?: FallbackReason;
}

/**
 * One statement is one answer: if it fails, the resolvers run and find the part that fails.
 * @throws errors that concern the whole request
 */
async function attempt(
  readQuery: ReadQuery | null,
  query: QueryRequest,
  noteFailedPlan: NoteFailedPlan,
): Promise<Attempt> {
  try {
    const read = await readQuery?.(query);
    if (read?.kind === 'data') return { result: { data: read.data } as ExecutionResult, failed: false };
    return { result: null, failed: false, ...(read?.kind === 'fallback' && { fallback: read.reason }) };
  } catch (error) {
    if (error instanceof ListFailed) return { result: failedList(error), failed: true };
    const known = knownError(error);
    // the resolvers would fail too
    if (error instanceof AnswerTooLarge || (known && STATUS_OF[known.code])) throw error;
    const fallback = isStatementTimeout(error) ? 'timeout' : isForCaller(error) ? 'invalid_argument' : 'error';
    if (fallback === 'error') noteFailedPlan(query.context.log, error);
    return { result: null, failed: true, fallback };
  }
}

function failedList({ key, node, cause }: ListFailed): ExecutionResult {
  const error = new GraphQLError('failed', { nodes: [node], path: [key], originalError: cause });
  return { data: { [key]: null }, errors: [error] };
}

/** Makes Apollo use this executor, unless the operation was executed before. */
export function executingWith(schema: GraphQLSchema, executor: Executor): GatewayInterface {
  const execution: GatewayExecutor = async ({ document, operation, request, context: given }) => {
    const context = given as Context;
    return context.executed?.result ?? executor({ document, operation, variables: request.variables ?? {}, context });
  };
  return {
    load: async () => ({ executor: execution }),
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: async () => undefined,
  };
}

// Notes for the audit trail which content an answered operation read, and what was refused because of roles.

/** In characters. A longer answer contains at least one value. */
const MAX_EMPTY = 500;

/** @param data if each of its fields is null, nothing was read */
export type NoteAnswer = (operation: Operation, viewer: Viewer | null, data: unknown) => void;

export function createNoteAnswer(schema: GraphQLSchema, notes: AuditNotes): NoteAnswer {
  const contentOf = createContentSelections(schema);
  return ({ document, operation, variables }, viewer, data) => {
    if (!viewer || !hasValues(data)) return;
    const read = contentOf(document, operation)?.(variables, viewer.roles);
    if (read) notes.read(viewer, read);
  };
}

function hasValues(data: unknown): boolean {
  if (data === null || data === undefined) return false;
  if (data instanceof RawAnswer) return data.json.length > MAX_EMPTY || hasValues(JSON.parse(data.json));
  return Object.values(data).some((value) => value !== null);
}

/** Notes each field that was refused, once for all rows of the answer. */
export function noteDenials(notes: AuditNotes, viewer: Viewer | null, errors: readonly unknown[] = []): void {
  if (!viewer) return;
  const causes = errors.map((error) => (error instanceof GraphQLError ? error.originalError : error));
  const fields = new Set(causes.filter((cause) => cause instanceof Denied).map(({ what }) => what));
  for (const field of fields) notes.denied(viewer, field);
}
