// The checks that every operation passes before it runs, over HTTP, SSE and WebSocket alike.
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from 'graphql';
import type { Viewer } from '../../access/viewer';
import { AppError } from '../../errors/errors';
import type { Context } from '../../graphql/context';
import { costOf, createPlans, MAX_COST, shareOfLists, tooExpensive } from '../../graphql/limits/cost-plan';
import { checkedVariables, LIMITS, limitRules } from '../../graphql/limits/document-limits';
import { formatError, knownError } from '../edge/format-error';
import { type CostReport, Refusal } from '../edge/http-errors';
import type { RateLimits } from '../edge/rate-limits';
import { COST_WEIGHTS } from './cost-weights';
import type { OperationRequest, TrustedDocuments } from './trusted-documents';

/** A parsed and validated operation. */
export interface Operation {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Readonly<Record<string, unknown>>;
}

/** The sender of an operation. */
export type Caller = Pick<Context, 'viewer' | 'remoteAddress' | 'requestId' | 'lookedAt'>;

export interface Gate {
  /** Whether the operation uses introspection, which some callers may not. */
  introspects(operation: Operation): boolean;
  /** Whether the caller may see the schema. */
  mayIntrospect(viewer: Viewer | null): boolean;
  /**
   * @param forbidden the HTTP status if the caller's roles do not suffice
   * @throws Refusal if the caller may not see the schema
   */
  refuseIntrospection(viewer: Viewer | null, forbidden: number): void;
  /** The request with its document's text: see TrustedDocuments. */
  resolve: TrustedDocuments['resolve'];
  /**
   * Checks introspection by role, the shape and the size of the variables, the cost, and the points that the caller has left. Notes how
   * many rows each list of the operation may look at.
   * @returns `extensions.cost` of the answer
   * @throws Refusal, with the cost if it is known
   */
  checkOperation(operation: Operation, caller: Caller): CostReport;
  /** All checks, for operations outside Apollo: text or documentId, parser limits, validation, `checkOperation`. */
  prepare(request: GraphQLRequest, caller: Caller): Prepared | Refused;
}

export interface GraphQLRequest extends OperationRequest {
  operationName?: string | null;
  variables?: Readonly<Record<string, unknown>> | null;
}

export interface Prepared extends Operation {
  errors: null;
  cost: CostReport;
}

export interface Refused {
  /** The errors in the form for callers. */
  errors: readonly GraphQLFormattedError[];
  /** The HTTP status for these errors. */
  status: number;
  /** Seconds. */
  retryAfter: number | undefined;
}

export function createGate(schema: GraphQLSchema, rates: RateLimits, trusted: TrustedDocuments): Gate {
  const planOf = createPlans(schema, COST_WEIGHTS);
  const mayIntrospect: Gate['mayIntrospect'] = (viewer) =>
    viewer !== null && (!trusted.only || viewer.roles.has('SYSTEM_MANAGER'));
  const checkOperation: Gate['checkOperation'] = ({ document, operation, variables }, caller) => {
    const declared = checkedVariables(schema, operation, variables, mayIntrospect(caller.viewer));
    const cost = costOf(planOf(document, operation), declared);
    if (cost.introspects) refuseIntrospection(caller.viewer, trusted, 400);
    const report = { requested: cost.points, limit: MAX_COST };
    const problem = tooExpensive(cost);
    if (problem) throw new Refusal('LIMIT_EXCEEDED', problem, 400, report);
    caller.lookedAt = shareOfLists(cost);
    return rates.spend(caller.viewer, caller.remoteAddress, report);
  };
  const resolve: Gate['resolve'] = (request, viewer) => {
    refuseLongText(request.query);
    return trusted.resolve(request, viewer);
  };
  return {
    introspects: ({ document, operation }) => planOf(document, operation).introspects,
    mayIntrospect,
    refuseIntrospection: (viewer, forbidden) => refuseIntrospection(viewer, trusted, forbidden),
    resolve,
    checkOperation,
    prepare(request, caller) {
      try {
        const { query, operationName, variables } = resolve(request, caller.viewer);
        if (typeof query !== 'string') throw new AppError('BAD_USER_INPUT', 'Send a query, or a documentId.');
        const document = readDocument(schema, query);
        const operation = getOperationAST(document, operationName);
        if (!operation)
          throw new AppError('BAD_USER_INPUT', 'operationName must name the operation that is to be run.');
        const asked = { document, operation, variables: variables ?? {} };
        return { ...asked, errors: null, cost: checkOperation(asked, caller) };
      } catch (error) {
        return refusedBy(error, caller.requestId, mayIntrospect(caller.viewer));
      }
    },
  };
}

// the parser reads comments and white space for seconds, and counts only tokens
function refuseLongText(query: unknown): void {
  if (typeof query !== 'string' || query.length <= LIMITS.characters) return;
  const message = `The query has ${query.length} characters; at most ${LIMITS.characters} are allowed: send values as variables.`;
  throw new Refusal('LIMIT_EXCEEDED', message, 400);
}

function refuseIntrospection(viewer: Viewer | null, { only }: TrustedDocuments, forbidden: number): void {
  if (!viewer) {
    throw new Refusal('UNAUTHENTICATED', 'Introspection needs an API key: Authorization: Bearer hl_...', 401);
  }
  if (only && !viewer.roles.has('SYSTEM_MANAGER')) {
    throw new Refusal(
      'FORBIDDEN',
      'Where only trusted documents are answered, introspection is for a SYSTEM_MANAGER.',
      forbidden,
    );
  }
}

class InvalidDocument extends Error {
  constructor(
    readonly errors: readonly GraphQLError[],
    readonly code: string,
  ) {
    super('The document cannot be run.');
  }
}

function readDocument(schema: GraphQLSchema, text: string): DocumentNode {
  const document = parsed(text);
  // the limits first, because they are cheap and the rules of the specification are not
  for (const rules of [limitRules, specifiedRules]) {
    const errors = faultsOf(schema, document, rules);
    if (errors.length > 0) throw new InvalidDocument(errors, 'GRAPHQL_VALIDATION_FAILED');
  }
  return document;
}

function faultsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules: readonly ValidationRule[],
): readonly GraphQLError[] {
  try {
    return validate(schema, document, rules);
  } catch (error) {
    // the rule about subscriptions fails on @include with a variable, whose value it does not know
    if (!(error instanceof GraphQLError)) throw error;
    return [error];
  }
}

function parsed(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new InvalidDocument([error], 'GRAPHQL_PARSE_FAILED');
  }
}

function graphqlError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  return new GraphQLError((error as Error).message, { originalError: error as Error });
}

function refusedBy(error: unknown, requestId: string, seesSchema: boolean): Refused {
  const errors = error instanceof InvalidDocument ? error.errors : [graphqlError(error)];
  const code = error instanceof InvalidDocument ? error.code : 'INTERNAL_SERVER_ERROR';
  return {
    errors: errors.map((each) => errorOutsideApollo(each, requestId, code, seesSchema)),
    status: error instanceof Refusal ? error.status : 400,
    retryAfter: error instanceof Refusal ? error.retryAfter : undefined,
  };
}

/** The error in the form of `format-error.ts`. @param code for an error without one */
export function errorOutsideApollo(
  error: GraphQLError,
  requestId: string,
  code = 'INTERNAL_SERVER_ERROR',
  seesSchema = false,
): GraphQLFormattedError {
  const named = { ...error.toJSON(), extensions: { code: error.extensions.code ?? code } };
  // errors of resolvers are recognised by their path, which an error outside a field does not have
  const cause = error.originalError && knownError(error.originalError) ? error.originalError : error;
  const { extensions, ...rest } = formatError(named, cause, seesSchema);
  return { ...rest, extensions: { ...extensions, requestId } };
}
