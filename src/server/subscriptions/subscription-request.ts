import { type FragmentDefinitionNode, Kind, OperationTypeNode, type SelectionNode } from 'graphql';
import { fragmentsOf } from '../../graphql/selects';
import { isObject } from '../../json/json-form';
import { refuseWithMessage } from '../../values/refuse-argument';
import { once } from '../edge/closing';
import { Refusal, tooMany } from '../edge/http-errors';
import type { GraphQLRequest, Operation } from '../graphql/graphql-gate';

/** @throws AppError BAD_USER_INPUT if this is no GraphQL request */
export function readSubscription(given: unknown): GraphQLRequest {
  if (!isObject(given)) refuseWithMessage('Send one GraphQL request: { "query": "subscription { ... }" }.');
  const { query, documentId, extensions, operationName, variables } = given;
  if (!isAbsent(operationName) && typeof operationName !== 'string') refuseWithMessage('operationName must be a text.');
  if (!isAbsent(variables) && !isObject(variables)) refuseWithMessage('variables must be an object.');
  return { query, documentId, extensions, operationName: operationName ?? null, variables: variables ?? null };
}

/**
 * Accepts only subscriptions: queries and mutations have other limits, at `POST /graphql`. The root field of a
 * subscription can neither be left out nor depend on a variable.
 * @throws AppError BAD_USER_INPUT
 */
export function refuseAnythingElse({ document, operation }: Operation): void {
  if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
    refuseWithMessage(`Only subscriptions are answered here: send the ${operation.operation} to POST /graphql.`);
  }
  const fragments = fragmentsOf(document);
  if (operation.selectionSet.selections.some((selection) => isConditional(selection, fragments))) {
    refuseWithMessage('The field of a subscription takes neither @skip nor @include.');
  }
}

function isConditional(selection: SelectionNode, fragments: ReadonlyMap<string, FragmentDefinitionNode>): boolean {
  if (selection.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include')) return true;
  if (selection.kind === Kind.FIELD) return false;
  const spread = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
  return spread?.selectionSet.selections.some((each) => isConditional(each, fragments)) ?? false;
}

function isAbsent(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

/** Limits of open subscriptions. A stream of server-sent events is a connection with one subscription. */
export const SUBSCRIPTION_LIMITS = {
  /** Connections of one API key. */
  connectionsPerKey: 20,
  /** Subscriptions of one WebSocket. */
  subscriptionsPerSocket: 20,
  /** WebSockets of one address range that have not sent their key yet. */
  arrivingPerRange: 50,
  /** Subscriptions of this process; the same limit applies to its WebSockets. */
  subscriptions: 1_000,
} as const;

const RETRY_SECONDS = 10;

/** Each method returns a function that gives the slot back; it may be called more than once. */
export interface SubscriptionSlots {
  /** A WebSocket that has not sent its key yet. @throws Refusal 429 */
  arrive(range: string): () => void;
  /** @throws Refusal 429 */
  connect(apiKeyId: string): () => void;
  /** @throws Refusal 429 */
  subscribe(): () => void;
}

export function createSubscriptionSlots(): SubscriptionSlots {
  const arriving = createSlotsOf(
    SUBSCRIPTION_LIMITS.arrivingPerRange,
    (open) => `From this address ${open} WebSockets wait`,
  );
  const connections = createSlotsOf(
    SUBSCRIPTION_LIMITS.connectionsPerKey,
    (open) => `This API key watches over ${open} connections`,
  );
  let subscriptions = 0;
  return {
    arrive: arriving,
    connect: connections,
    subscribe() {
      if (subscriptions >= SUBSCRIPTION_LIMITS.subscriptions) {
        throw tooMany(`There are ${subscriptions} subscriptions at this server, the maximum.`, RETRY_SECONDS);
      }
      subscriptions += 1;
      return once(() => {
        subscriptions -= 1;
      });
    },
  };
}

/** @param message the beginning of the refusal */
function createSlotsOf(most: number, message: (open: number) => string): (owner: string) => () => void {
  const byOwner = new Map<string, number>();
  return (owner) => {
    const open = byOwner.get(owner) ?? 0;
    if (open >= most) throw tooMany(`${message(open)}, the maximum.`, RETRY_SECONDS);
    byOwner.set(owner, open + 1);
    return once(() => {
      const left = (byOwner.get(owner) ?? 1) - 1;
      if (left > 0) byOwner.set(owner, left);
      else byOwner.delete(owner);
    });
  };
}

/**
 * A page of another site must not open a WebSocket from its visitor's browser. Browsers open one without a preflight
 * request, but send the page's origin. Other programs send no Origin.
 * @param host of the request: our own pages are always allowed
 * @throws Refusal 403
 */
export function refuseForeignOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): void {
  if (origin === undefined || allowed.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new Refusal('FORBIDDEN', `The origin ${origin.slice(0, 100)} is not one of CORS_ORIGINS.`, 403);
}
