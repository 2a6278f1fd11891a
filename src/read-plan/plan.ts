// What a compiled query looks like.
import type { FieldNode, GraphQLField } from 'graphql';
import type { Context } from '../graphql/context';
import type { Role } from '../viewer';
import type { PagesField, RowField, TypeSqlFields, ValueField } from './sql-fields';

/** Mends what came out of the database, in place. */
export type PostProcess = (object: Record<string, unknown>, context: Context) => void;

export interface ObjectPlan {
  type: TypeSqlFields;
  entries: ObjectEntry[];
  /** null: the text goes to the client as it is. */
  postProcess: PostProcess | null;
}

export type ObjectEntry =
  | { key: string; kind: 'constant'; json: string }
  | { key: string; kind: 'value'; reading: ValueField }
  | { key: string; kind: 'link'; column: string; object: ObjectPlan }
  | { key: string; kind: 'pages'; pages: PagesPlan };

/** Arguments are known only with the variables. */
export interface PagesPlan {
  reading: PagesField;
  field: GraphQLField<unknown, unknown>;
  node: FieldNode;
  connection: ConnectionPlan;
}

export interface ConnectionPlan {
  entries: ConnectionEntry[];
  /** What `nodes` and the `node` of edges show. */
  object: ObjectPlan | null;
  needsPageInfo: boolean;
  postProcess: PostProcess | null;
}

export type ConnectionEntry =
  | { key: string; kind: 'constant'; json: string }
  | { key: string; kind: 'nodes' }
  | { key: string; kind: 'edges'; entries: EdgeEntry[] }
  | { key: string; kind: 'pageInfo'; entries: PageInfoEntry[] }
  | { key: string; kind: 'totalCount' | 'totalCountIsExact' };

export type EdgeEntry =
  | { key: string; kind: 'constant'; json: string }
  | { key: string; kind: 'node' }
  | { key: string; kind: 'cursor' };

export type PageInfoEntry =
  | { key: string; kind: 'constant'; json: string }
  | { key: string; kind: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor' };

export type RootEntry =
  | { key: string; kind: 'pages'; pages: PagesPlan }
  | {
      key: string;
      kind: 'one';
      reading: RowField;
      field: GraphQLField<unknown, unknown>;
      node: FieldNode;
      object: ObjectPlan;
    };

export interface QueryPlan {
  roots: RootEntry[];
  /** Who may ask it: a role of each list. */
  rules: readonly (readonly Role[])[];
  postProcess: PostProcess | null;
}
