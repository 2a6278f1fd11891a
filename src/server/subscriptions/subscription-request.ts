import { type FragmentDefinitionNode, Kind, OperationTypeNode, type SelectionNode } from 'graphql';
import { fragmentsOf } from '../../graphql/fragments';
import { isObject } from '../../json/is-object';
import { refuseWithMessage } from '../../refuse-argument';
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
