// Answers a query with one SQL statement if each of its fields can be read from the tables.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { Context } from '../graphql/context';
import { AnswerTooLarge, callerOf, MAX_ANSWER_BYTES, startLargeAnswer } from '../graphql/limits/answer-size';
import { masksOf } from '../graphql/roles/masked';
import { fragmentsOf } from '../graphql/selects';
import { isStatementTimeout, isTooLargeForDatabase } from '../sql/database-errors';
import { needsResolving } from '../sql/walks/resolve-condition';
import { type Bound, bindArguments, type Variables, withResolvedConditions } from './bind';
import { compileQuery } from './compile';
import type { Compiler } from './compiler';
import { type FallbackReason, type QueryPlan, rolesAllow } from './plan';
import { type Answering, readAnswer, readPrepared } from './read.store';
import type { TypeSqlFields } from './sql-fields';
import { RawAnswer, statementOf } from './statement';
import { allowingLarge } from './template';

export interface QueryRequest {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The coerced variables. */
  variables: Variables;
  context: Context;
}

/** The only list of a query exceeded the statement timeout. The resolvers would fail too, so they do not run. */
export class ListFailed extends Error {
  constructor(
    readonly key: string,
    readonly node: FieldNode,
    override readonly cause: Error,
  ) {
    super('the list failed', { cause });
  }
}

export type ReadResult =
  | { kind: 'data'; data: unknown }
  /** The database must confirm the optimistic authentication first, or it did not hold. */
  | { kind: 'unconfirmed' }
  /** The resolvers must run. */
  | { kind: 'fallback'; reason: FallbackReason };

/** @throws ListFailed, AnswerTooLarge, and errors of arguments and of the statement; the resolvers then find out which field fails */
export type ReadQuery = (request: QueryRequest) => Promise<ReadResult>;

/** @param answering runs prepared statements; all others run on the connections of the resolvers */
export function createReadQuery(
  schema: GraphQLSchema,
  types: ReadonlyMap<string, TypeSqlFields>,
  answering: Answering,
): ReadQuery {
  const planFor = cachedPlans(schema, types);
  return async ({ document, operation, variables, context }) => {
    const plan = planFor(document, operation, variables, masksOf(context));
    if (!plan) return { kind: 'fallback', reason: 'no_plan' };
    if (!rolesAllow(plan, context.viewer)) return { kind: 'fallback', reason: 'roles' };
    const given = bindArguments(plan, variables, context);
    const isResolved = ![...given.pages.values()].some(({ query }) => needsResolving(query.condition));
    // resolving runs a query before the statement that checks the optimistic authentication
    if (!isResolved && context.optimisticAuth) return { kind: 'unconfirmed' };
    const bound = isResolved ? given : await withResolvedConditions(context.db, given);
    const { sql, values } = statementOf(plan, bound, context.optimisticAuth?.stillHolds);
    const { db } = answering;
    const failed = (error: Error): never => {
      if (isTooLargeForDatabase(error)) throw new AnswerTooLarge();
      const list = isStatementTimeout(error) && onlyListOf(plan, bound);
      throw list ? new ListFailed(list.key, list.pages.node, error) : error;
    };
    const read = typeof sql === 'string' ? readAnswer(db, sql, values) : readPrepared(answering, sql, values);
    const short = await read.catch(failed);
    if (!short.holds) return { kind: 'unconfirmed' };
    if (short.json !== null) return resultOf(plan, context, short.json);
    if (short.bytes > MAX_ANSWER_BYTES) throw new AnswerTooLarge();
    const end = await startLargeAnswer(callerOf(context));
    try {
      const text = allowingLarge(typeof sql === 'string' ? sql : sql.text);
      const { json, holds } = await readAnswer(db, text, values).catch(failed);
      if (!holds) return { kind: 'unconfirmed' };
      // it has grown
      if (json === null) throw new AnswerTooLarge();
      return resultOf(plan, context, json);
    } finally {
      end();
    }
  };
}

function resultOf(plan: QueryPlan, context: Context, json: string): ReadResult {
  if (!plan.postProcess) return { kind: 'data', data: new RawAnswer(json) };
  const data = JSON.parse(json) as Record<string, unknown>;
  plan.postProcess(data, context);
  return { kind: 'data', data };
}

// Not a list with totalCount: its rows or its count may be what failed.
function onlyListOf({ roots: [root, ...others] }: QueryPlan, { pages }: Bound) {
  if (others.length > 0 || root?.kind !== 'pages' || pages.size > 1) return null;
  const { entries } = root.pages.connection;
  return entries.some(({ kind }) => kind === 'totalCount' || kind === 'totalCountIsExact') ? null : root;
}

type PlanFor = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  masks: Compiler['masks'],
) => QueryPlan | null;

interface KnownDocument {
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The variables of @skip and @include: there is one plan for each combination of their values. */
  switches: readonly string[];
  plans: Map<string, QueryPlan | null>;
}

// Apollo caches parsed documents, so the same text is the same object.
function cachedPlans(schema: GraphQLSchema, types: ReadonlyMap<string, TypeSqlFields>): PlanFor {
  const documents = new WeakMap<DocumentNode, KnownDocument>();
  return (document, operation, variables, masks) => {
    let known = documents.get(document);
    if (!known) {
      known = { fragments: fragmentsOf(document), switches: switchesOf(document), plans: new Map() };
      documents.set(document, known);
    }
    const { fragments, switches, plans } = known;
    const isSet = (name: string) => variables[name] === true;
    const seen = masks.seesAll ? 'all ' : masks.tellsRowsApart ? 'by row ' : '';
    const key = `${operation.name?.value ?? ''} ${seen}${switches.map((name) => (isSet(name) ? 1 : 0)).join('')}`;
    let plan = plans.get(key);
    if (plan === undefined) {
      plan = compileQuery({ schema, types, fragments, isSet, masks }, operation);
      if (plans.size < MAX_PLANS) plans.set(key, plan);
    }
    return plan;
  };
}

/** Maximum number of plans kept of one document, which may have many operations and switches. */
const MAX_PLANS = 64;

function switchesOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(directive) {
      const value = directive.arguments?.[0]?.value;
      if (value?.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}
