import { createHash } from 'node:crypto';
import { type GraphQLError, getNamedType, getNullableType } from 'graphql';
import { ArgsType, type ClassType, Field, InputType } from 'type-graphql';
import type { Condition, Span } from '../../sql/condition';
import { directionOf } from '../../sql/listing';
import { count, countsByParent, type Listing, type PageRequest, page, pagesByParent } from '../../sql/walks/keyset';
import { looksAt, resolveCondition } from '../../sql/walks/resolve-condition';
import { type Context, loaderFor, perRequest } from '../context';
import type { FieldRule } from '../field-rules';
import { type ConnectionShape, toConnection } from './connection';
import { type ListOrder, type OrderDirection, OrderDirectionEnum } from './cursor';
import { WHERE_TEXT } from './filter-inputs';
import { PageArgs, pageRequest } from './page-args';

/** A list of the API: its rows, the filter of the caller, the order and the arguments of the page. */
export interface ListQuery {
  listing: Listing;
  condition: Condition;
  order: ListOrder;
  args: PageArgs;
  /** What the filter does not search for this caller, as a sentence; null: nothing. */
  notSearched?: string | null;
}

/** The page that a query asks for. @throws AppError BAD_USER_INPUT */
export function requestOf({ args, order, condition }: ListQuery, lookedAt?: number): PageRequest {
  return pageRequest(args, order, looksAt(condition, lookedAt));
}

/** Where a page of a list begins. */
export function spanOf(request: PageRequest): Span {
  const isById = request.order.column === null;
  return {
    descending: directionOf(request) === 'desc',
    cursor: isById ? (request.cursor?.id ?? null) : null,
    bounds: [],
  };
}

/** The list from its beginning. */
export function fromBeginning(request: PageRequest): PageRequest {
  return { ...request, backward: false, cursor: null };
}

/** A page of a list at the root. */
export async function listPage(context: Context, query: ListQuery): Promise<ConnectionShape> {
  const { listing, order, notSearched = null } = query;
  const request = requestOf(query, context.lookedAt);
  const resolved = (of: PageRequest) => resolveCondition(context.db, query.condition, spanOf(of));
  return toConnection({
    page: await page(context.db, listing, await resolved(request), request),
    order,
    notSearched,
    count: async () => count(context.db, listing, await resolved(fromBeginning(request)), request),
  });
}

/**
 * A page of a list below a row, such as the requests of a webhook. The pages below a hundred rows are one statement.
 * @param column the column with the id of the parent
 * @param args all arguments of the field; lists with different arguments are read separately
 */
export async function nestedPage(
  context: Context,
  parent: { id: string },
  column: string,
  query: ListQuery,
  args: object,
): Promise<ConnectionShape> {
  const { listing, condition, order, notSearched = null } = query;
  const request = requestOf(query, context.lookedAt);
  const hash = createHash('sha256').update(JSON.stringify(args)).digest('base64url');
  const name = `${listing.table}.${column} ${hash}`;
  const resolved = (what: string, of: PageRequest) =>
    perRequest(context, `${what} of ${name}`, () => resolveCondition(context.db, condition, spanOf(of)));
  const pages = loaderFor(context, `page of ${name}`, async (ids) =>
    pagesByParent(context.db, listing, { column, ids }, await resolved('condition', request), request),
  );
  const counts = loaderFor(context, `count of ${name}`, async (ids) => {
    const whole = await resolved('whole condition', fromBeginning(request));
    return countsByParent(context.db, listing, { column, ids }, whole, request);
  });
  const found = await pages.load(parent.id);
  return toConnection({
    page: found ?? { rows: [], backward: request.backward, hasNextPage: false, hasPreviousPage: false, end: null },
    order,
    notSearched,
    count: async () => (await counts.load(parent.id)) ?? { count: 0, exact: true },
  });
}

// A list that fails does not fail the rest of the answer.

/** Makes all lists nullable: a list that cannot be read is null with an error, and the rest is answered. */
export const letListsFailAlone: FieldRule = (field) => {
  if (getNamedType(field.type).name.endsWith('Connection')) field.type = getNullableType(field.type);
};

/** Keeps one error per field and message, that of the first row, if a field fails in many rows of a list. */
export function onePerField(errors: readonly GraphQLError[]): GraphQLError[] {
  const first = new Map<string, GraphQLError>();
  for (const error of errors) {
    const field = (error.path ?? []).map((key) => (typeof key === 'number' ? 0 : key));
    const same = JSON.stringify([field, error.message]);
    const known = first.get(same);
    if (!known || isBefore(error, known)) first.set(same, error);
  }
  return [...first.values()];
}

function isBefore({ path: one = [] }: GraphQLError, { path: other = [] }: GraphQLError): boolean {
  const at = one.findIndex((key, index) => key !== other[index]);
  return at >= 0 && (one[at] as number) < (other[at] as number);
}

@InputType('TimeOrder', {
  description: 'The order of a list of which rows are only ordered by their time: { direction: ASC }, oldest first.',
})
export class TimeOrder {
  @Field(() => OrderDirectionEnum, {
    defaultValue: 'DESC',
    description: 'DESC: newest first. The time is that in the ids, with millisecond precision.',
  })
  direction: OrderDirection;
}

/** A page of such a list. */
@ArgsType()
export class TimePageArgs extends PageArgs {
  @Field(() => TimeOrder, { nullable: true, description: 'The order of the list. Default: newest first.' })
  orderBy?: TimeOrder | null;
}

/** The arguments of such a list with a `where`. */
export function timeArgsOf<Tests extends object>(where: ClassType<Tests>) {
  @ArgsType()
  class FilteredPageArgs extends TimePageArgs {
    @Field(() => where, { nullable: true, description: WHERE_TEXT })
    where?: Tests;
  }
  return FilteredPageArgs;
}

export function byTime(tag: string, order: TimeOrder | null | undefined): ListOrder {
  return { tag, column: null, descending: order?.direction !== 'ASC' };
}
