import type { GraphQLSchema, SelectionSetNode } from 'graphql';
import type { Role } from '../viewer';
import type { Asked, Selecting } from './selection';
import type { TypeSqlFields } from './sql-fields';

export interface Compiler extends Selecting {
  schema: GraphQLSchema;
  types: ReadonlyMap<string, TypeSqlFields>;
  /** Whether it is for somebody who may read content. */
  readsContent: boolean;
  /** Gathered on the way. */
  rules: Set<readonly Role[]>;
}

/** Thrown where a query asks for something that no reading tells of. */
export class Unreadable extends Error {}

export function setsOf(asked: Asked): SelectionSetNode[] {
  return asked.nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
}
