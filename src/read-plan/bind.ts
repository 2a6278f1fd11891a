// Binds the arguments of a plan to the variables of a request.
import { getArgumentValues } from 'graphql';
import { preparedArguments } from '../graphql/arguments/check-input';
import type { Context } from '../graphql/context';
import { fromBeginning, type ListQuery, requestOf, spanOf } from '../graphql/lists/list';
import type { Condition } from '../sql/condition';
import type { Db } from '../sql/db';
import type { PageRequest } from '../sql/walks/keyset';
import { resolveCondition } from '../sql/walks/resolve-condition';
import type { ObjectPlan, PagesPlan, QueryPlan } from './plan';

export type Variables = Record<string, unknown>;

export interface BoundPages {
  query: ListQuery;
  request: PageRequest;
  /** The condition of what is counted, from the beginning of the list. */
  counted: Condition;
}

export interface Bound {
  pages: ReadonlyMap<PagesPlan, BoundPages>;
  /** UUIDs of the roots that are single rows, by response key. null: the arguments name no row. */
  ids: ReadonlyMap<string, string | null>;
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
  return { pages, ids };
}

/** The same arguments, with what their conditions need to know of the database: see resolveCondition. */
export async function withResolvedConditions(db: Db, bound: Bound): Promise<Bound> {
  const pages = await Promise.all(
    [...bound.pages].map(async ([plan, { query, request }]) => {
      const resolved = (of: PageRequest) => resolveCondition(db, query.condition, spanOf(of));
      const condition = await resolved(request);
      const isWhole = request.cursor === null && !request.backward;
      const counted = isWhole || !isCounted(plan) ? condition : await resolved(fromBeginning(request));
      return [plan, { query: { ...query, condition }, request, counted }] as const;
    }),
  );
  return { ...bound, pages: new Map(pages) };
}

function isCounted({ connection }: PagesPlan): boolean {
  return connection.entries.some(({ kind }) => kind === 'totalCount' || kind === 'totalCountIsExact');
}

function bindPages(plan: PagesPlan, variables: Variables, context: Context, pages: Map<PagesPlan, BoundPages>): void {
  const field = { context, node: plan.node, variables };
  const args = preparedArguments(plan.field, getArgumentValues(plan.field, plan.node, variables), field);
  const query = plan.sqlField.list(args, context);
  pages.set(plan, { query, request: requestOf(query, context.lookedAt), counted: query.condition });
  if (plan.connection.object) bindObject(plan.connection.object, variables, context, pages);
}

function bindObject(plan: ObjectPlan, variables: Variables, context: Context, pages: Map<PagesPlan, BoundPages>): void {
  for (const entry of plan.entries) {
    if (entry.kind === 'pages') bindPages(entry.pages, variables, context, pages);
    if (entry.kind === 'link') bindObject(entry.object, variables, context, pages);
  }
}
