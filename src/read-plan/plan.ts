// The plan of a query: what one statement reads, and where each part stands in the answer.
import type { FieldNode, GraphQLField } from 'graphql';
import type { Role, Viewer } from '../access/viewer';
import type { Context } from '../graphql/context';
import type { LinkField, PagesField, RowField, TypeSqlFields, ValueField } from './sql-fields';

/** Changes a value of the answer, in place, after the database has returned it. */
export type PostProcess = (object: Record<string, unknown>, context: Context) => void;

export interface ObjectPlan {
  type: TypeSqlFields;
  entries: ObjectEntry[];
  /** null: the JSON that the database wrote is sent unchanged. */
  postProcess: PostProcess | null;
}

export type ObjectEntry =
  | { key: string; kind: 'constant'; json: string }
  | { key: string; kind: 'value'; sqlField: ValueField }
  | { key: string; kind: 'link'; sqlField: LinkField; object: ObjectPlan }
  | { key: string; kind: 'pages'; pages: PagesPlan };

/** A list. Its arguments are bound for each request, because they depend on the variables. */
export interface PagesPlan {
  sqlField: PagesField;
  field: GraphQLField<unknown, unknown>;
  node: FieldNode;
  connection: ConnectionPlan;
}

export interface ConnectionPlan {
  entries: ConnectionEntry[];
  /** The rows, as `nodes` or the `node` of `edges` select them. */
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
  | {
      key: string;
      kind: 'hasNextPage' | 'hasPreviousPage' | 'startCursor' | 'endCursor' | 'searchedTo' | 'notSearched';
    };

export type RootEntry =
  | { key: string; kind: 'pages'; pages: PagesPlan }
  | {
      key: string;
      kind: 'one';
      sqlField: RowField;
      field: GraphQLField<unknown, unknown>;
      node: FieldNode;
      object: ObjectPlan;
    };

export interface QueryPlan {
  roots: RootEntry[];
  /** The viewer needs at least one role of each list. */
  rules: readonly (readonly Role[])[];
  postProcess: PostProcess | null;
}

/** Why the resolvers answer a query, and not one statement. */
export const FALLBACK_REASONS = [
  // a field that can be read only by its resolver
  'no_plan',
  // the roles of the viewer do not allow every field
  'roles',
  'invalid_argument',
  'timeout',
  // an error that is not expected: it is logged as a warning
  'error',
] as const;
export type FallbackReason = (typeof FALLBACK_REASONS)[number];

export type OnFallback = (reason: FallbackReason) => void;

/** Whether the viewer may read every field of the plan. Otherwise the resolvers answer, and refuse field by field. */
export function rolesAllow({ rules }: QueryPlan, viewer: Viewer | null): boolean {
  return viewer !== null && rules.every((rule) => rule.some((role) => viewer.roles.has(role)));
}
