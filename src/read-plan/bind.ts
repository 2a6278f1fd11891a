// The arguments of a plan's lists, with this request's variables.
import { getArgumentValues } from 'graphql';
import { preparedArguments } from '../graphql/arguments/argument-rules';
import type { Context } from '../graphql/context';
import type { ListQuery } from '../graphql/lists/list';
import { pageRequest } from '../graphql/lists/page-args';
import { type Condition, variesByValue } from '../sql/condition';
import type { PageRequest } from '../sql/keyset';
import type { ObjectPlan, PagesPlan, QueryPlan } from './plan';

export type Variables = Record<string, unknown>;

export interface BoundPages {
  query: ListQuery;
  request: PageRequest;
}

export interface Bound {
  pages: ReadonlyMap<PagesPlan, BoundPages>;
  /** Of the roots that are one row; null: the arguments name none. */
  ids: ReadonlyMap<string, string | null>;
  conditions: readonly Condition[];
  /** Whether the statement's text says all that its plan depends on. */
  isPreparable: boolean;
}

/** @throws AppError for what is wrong with an argument; the resolvers say it again at the right place of the answer */
export function bindArguments(plan: QueryPlan, variables: Variables, context: Context): Bound {
  const pages = new Map<PagesPlan, BoundPages>();
  const ids = new Map<string, string | null>();
  for (const root of plan.roots) {
    if (root.kind === 'pages') bindPages(root.pages, variables, context, pages);
    else {
      ids.set(root.key, root.reading.id(getArgumentValues(root.field, root.node, variables), context));
      bindObject(root.object, variables, context, pages);
    }
  }
  const conditions = [...pages.values()].map(({ query }) => query.condition);
  return { pages, ids, conditions, isPreparable: !conditions.some(variesByValue) };
}

function bindPages(plan: PagesPlan, variables: Variables, context: Context, pages: Map<PagesPlan, BoundPages>): void {
  const asked = { viewer: context.viewer, node: plan.node, variables };
  const args = preparedArguments(plan.field, getArgumentValues(plan.field, plan.node, variables), asked);
  const query = plan.reading.list(args, context);
  pages.set(plan, { query, request: pageRequest(query.args, query.order) });
  if (plan.connection.object) bindObject(plan.connection.object, variables, context, pages);
}

function bindObject(plan: ObjectPlan, variables: Variables, context: Context, pages: Map<PagesPlan, BoundPages>): void {
  for (const entry of plan.entries) {
    if (entry.kind === 'pages') bindPages(entry.pages, variables, context, pages);
    if (entry.kind === 'link') bindObject(entry.object, variables, context, pages);
  }
}
