import { createHash } from 'node:crypto';
import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode, print, visit } from 'graphql';
import { dependsOnViewer } from '../../graphql/depends-on-viewer';
import type { Operation } from '../graphql/graphql-gate';

export interface EventDocument {
  document: DocumentNode;
  variables: Record<string, unknown>;
  /** Equal for subscriptions with the same selection. */
  key: string;
  /** Whether viewers with the same rights get different answers. */
  isOfViewer: boolean;
}

/**
 * The part of a subscription that is executed for each event: all but the arguments of its field, which were evaluated
 * when it began. Reading a filter again with each event would cost more than the answer.
 */
export function eventDocument(schema: GraphQLSchema, { document, operation, variables }: Operation): EventDocument {
  const { selectionSet, variableDefinitions = [] } = operation;
  const selections = selectionSet.selections.map((selection) =>
    selection.kind === Kind.FIELD ? { ...selection, arguments: [] } : selection,
  );
  const asked: OperationDefinitionNode = {
    ...operation,
    selectionSet: { ...selectionSet, selections },
    variableDefinitions: [],
  };
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const used = new Set<string>();
  visit({ ...document, definitions: [asked, ...fragments] }, { Variable: ({ name }) => void used.add(name.value) });
  const defined = variableDefinitions.filter(({ variable }) => used.has(variable.name.value));
  const ofEvent: DocumentNode = {
    ...document,
    definitions: [{ ...asked, variableDefinitions: defined }, ...fragments],
  };
  const given = Object.entries(variables).filter(([name]) => used.has(name));
  const key = createHash('sha256').update(print(ofEvent)).update(JSON.stringify(given)).digest('base64url');
  const isOfViewer = dependsOnViewer(schema, ofEvent);
  return { document: ofEvent, variables: Object.fromEntries(given), key, isOfViewer };
}
