// Binds the arguments of a plan to the variables of a request.
import { getArgumentValues } from 'graphql';
import { preparedArguments } from '../graphql/arguments/argument-rules';
import type { Context } from '../graphql/context';
import type { ListQuery } from '../graphql/lists/list';
import { pageRequest } from '../graphql/lists/page-args';
import { variesByValue } from '../sql/condition';
import type { Db } from '../sql/db';
import type { PageRequest } from '../sql/keyset';
import { resolveCondition } from '../sql/resolving/resolve-condition';
import type { ObjectPlan, PagesPlan, QueryPlan } from './plan';

export type Variables = Record<string, unknown>;

export interface BoundPages {
  query: ListQuery;
  request: PageRequest;
}

export interface Bound {
  pages: ReadonlyMap<PagesPlan, BoundPages>;
  /** UUIDs of the roots that are single rows, by response key. null: the arguments name no row. */
  ids: ReadonlyMap<string, string | null>;
  /** Whether one plan of PostgreSQL is good for all values of the parameters, so that the statement is prepared. */
  isPreparable: boolean;
}

/** @throws AppError for an invalid argument; the resolvers then run and report it with its path */
export function bindArguments(plan: QueryPlan, variables: Variables, context: Context): Bound {
  const pages = new Map<PagesPlan, BoundPages>();
  const ids = new Map<string, string | null>();
  for (const root of plan.roots) {
    if (root.kind === 'pages') bindPages(root.pages, variables, context, pages);
    else {
      ids.set(root.key, root.sqlField.id(getArgumentValues(root.field, root.node, variables), context));
      bindObject(root.object, variables, context, pages);
    }
  }
  return { pages, ids, isPreparable: ![...pages.values()].some(({ query }) => hasOwnPlan(query)) };
}

/** The same arguments, with what their conditions need to know of the database: see resolveCondition. */
export async function withResolvedConditions(db: Db, bound: Bound): Promise<Bound> {
  const pages = await Promise.all(
    [...bound.pages].map(async ([plan, { query, request }]) => {
      const condition = await resolveCondition(db, query.condition, query.listing);
      return [plan, { query: { ...query, condition }, request }] as const;
    }),
  );
  const isPreparable = bound.isPreparable && !pages.some(([, { query }]) => hasOwnPlan(query));
  return { ...bound, pages: new Map(pages), isPreparable };
}

/** Whether the list needs a plan of its own for the values of its filters. */
function hasOwnPlan({ condition, listing }: ListQuery): boolean {
  return variesByValue(condition) || (listing.joined !== undefined && condition.kind !== 'everything');
}

function bindPages(plan: PagesPlan, variables: Variables, context: Context, pages: Map<PagesPlan, BoundPages>): void {
  const field = { context, node: plan.node, variables };
  const args = preparedArguments(plan.field, getArgumentValues(plan.field, plan.node, variables), field);
  const query = plan.sqlField.list(args, context);
  pages.set(plan, { query, request: pageRequest(query.args, query.order) });
  if (plan.connection.object) bindObject(plan.connection.object, variables, context, pages);
}

function bindObject(plan: ObjectPlan, variables: Variables, context: Context, pages: Map<PagesPlan, BoundPages>): void {
  for (const entry of plan.entries) {
    if (entry.kind === 'pages') bindPages(entry.pages, variables, context, pages);
    if (entry.kind === 'link') bindObject(entry.object, variables, context, pages);
  }
}
