import type { GraphQLSchema, SelectionSetNode } from 'graphql';
import type { Masks } from '../masking/masks-of-viewer';
import type { Role } from '../viewer';
import type { CollectedField, SelectionContext } from './selection';
import type { TypeSqlFields } from './sql-fields';

export interface Compiler extends SelectionContext {
  schema: GraphQLSchema;
  types: ReadonlyMap<string, TypeSqlFields>;
  /** What masking rules hide from the viewer. */
  masks: Pick<Masks, 'seesAll' | 'tellsRowsApart'>;
  /** The roles of the fields that were compiled so far. */
  rules: Set<readonly Role[]>;
}

/** Thrown where a query selects something that cannot be read in one statement. */
export class Unreadable extends Error {}

export function setsOf({ nodes }: Pick<CollectedField, 'nodes'>): SelectionSetNode[] {
  return nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
}
