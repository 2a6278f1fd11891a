// One declaration of a linked field makes both: how the field is read in one statement, and the resolver that answers
// where a query has no plan.

import { Arg, Args, type ClassType, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { type Context, loaderFor } from '../graphql/context';
import { listPage, nestedPage } from '../graphql/lists/list';
import type { PageArgs } from '../graphql/lists/page-args';
import { everything } from '../sql/condition';
import { pagesByParent } from '../sql/walks/keyset';
import type { NodeName } from '../values/ids';
import { checkedId } from '../values/refuse-argument';
import { columnsOf, type IdentifiedRow, type RowList, type RowType, type SqlField, type SqlFields } from './sql-fields';

export interface LinkedFields {
  resolver: ResolverClass;
  sqlFields: SqlFields;
}

export function linkedFields<Row extends { id: string }>(
  parent: RowType<Row>,
  fields: Record<string, LinkToRow<keyof Row & string> | LinkToNewest | PageOfRows>,
): LinkedFields {
  return {
    resolver: resolverOf(parent.type, fields),
    sqlFields: { type: parent.name, listing: parent.listing, fields: sqlOf(fields, parent.listing.columns) },
  };
}

/** Fields of Query. */
export function rootFields(fields: Record<string, PageOfRows | OneRow>): LinkedFields {
  return { resolver: resolverOf(null, fields), sqlFields: { type: 'Query', fields: sqlOf(fields, '') } };
}

function sqlOf(fields: Record<string, LinkedField>, columnsOfParent: string): SqlFields['fields'] {
  const columns = columnsOf(columnsOfParent);
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, sqlFieldOf(field, columns)]));
}

function sqlFieldOf(field: LinkedField, columns: ReadonlyMap<string, string>): SqlField {
  if (field.kind === 'one') return { kind: 'one', of: field.of.name, id: field.id };
  if (field.kind === 'page') {
    const { list, column } = field;
    return { kind: 'pages', of: list.of.name, column, list: (args, context) => list.listQuery(args, context) };
  }
  if (field.kind === 'newest') {
    const { to, column } = field;
    const newest = (parent: string) => `(select newest.id from ${to.listing.table} as newest
      where newest.${column} = ${parent} order by newest.id desc limit 1)`;
    return { kind: 'link', to: to.name, id: (row) => newest(row.column('id')) };
  }
  const column = columns.get(field.key);
  if (column === undefined) throw new Error(`no column is listed as ${field.key}`);
  return { kind: 'link', to: field.to.name, id: (row) => row.column(column) };
}

// Fields that lead to rows of a table: links to one row, pages of rows and, in Query, rows by their id.

interface Shown {
  description: string;
  /** `HasRole(...)` or `Public()`. */
  access?: MethodDecorator;
}

interface LinkToRow<Key extends string = string> extends Shown {
  kind: 'link';
  to: RowType;
  /** The property of the row that has the id of the linked row. */
  key: Key;
}

/** A link to the newest of the rows whose `column` has the id of the row above them. */
interface LinkToNewest extends Shown {
  kind: 'newest';
  to: RowType;
  column: string;
}

interface PageOfRows extends Shown {
  kind: 'page';
  list: RowList;
  /** The column of the listed rows that has the id of the row above them; null in Query. */
  column: string | null;
}

interface OneRow extends Shown {
  kind: 'one';
  of: RowType;
  /** The description of the argument `id`; null: there is no such argument. */
  argument: string | null;
  id(args: { id?: string | undefined }, context: Context): string | null;
}

type LinkedField = LinkToRow | LinkToNewest | PageOfRows | OneRow;

export function link<Key extends string>(to: RowType, key: Key, description: string): LinkToRow<Key> {
  return { kind: 'link', to, key, description };
}

export function newestBelow(to: RowType, column: string, description: string): LinkToNewest {
  return { kind: 'newest', to, column, description };
}

/** The rows of a list whose `column` is the id of the row above. */
export function pageBelow(list: RowList, column: string, shown: Shown): PageOfRows {
  return { kind: 'page', list, column, ...shown };
}

export function page(list: RowList, shown: Required<Shown>): PageOfRows {
  return { kind: 'page', list, column: null, ...shown };
}

/** An id of another type is refused: null says that there is no such row. @param argument the description of the argument `id` */
export function byId(of: RowType<IdentifiedRow, NodeName>, argument: string, shown: Required<Shown>): OneRow {
  return { kind: 'one', of, argument, id: ({ id }) => checkedId(of.name, id, ['id']), ...shown };
}

/** The row whose id is known without an argument. */
export function ofContext(of: RowType, id: (context: Context) => string | null, shown: Required<Shown>): OneRow {
  return { kind: 'one', of, argument: null, id: (_args, context) => id(context), ...shown };
}

// The resolvers of linked fields, as if each were a method with TypeGraphQL's decorators.

type ResolverClass = new () => object;

/** @param type whose fields they are; null: Query */
function resolverOf(type: (() => ClassType<object>) | null, fields: Record<string, LinkedField>): ResolverClass {
  const resolver = class {};
  for (const [name, field] of Object.entries(fields)) addMethod(resolver.prototype, name, field);
  (type ? Resolver(type) : Resolver())(resolver);
  return resolver;
}

function addMethod(prototype: object, name: string, field: LinkedField): void {
  const { method, decorators, parameters } = methodOf(field);
  const descriptor: PropertyDescriptor = { value: method, writable: true, configurable: true };
  Object.defineProperty(prototype, name, descriptor);
  for (const decorate of decorators) decorate(prototype, name, descriptor);
  for (const [index, decorate] of parameters.entries()) decorate(prototype, name, index);
  field.access?.(prototype, name, descriptor);
}

interface Method {
  method: unknown;
  decorators: readonly MethodDecorator[];
  parameters: readonly ReturnType<typeof Root>[];
}

function methodOf(field: LinkedField): Method {
  const { description } = field;
  if (field.kind === 'link') {
    const { to, key } = field;
    const method = (context: Context, row: Record<string, string | null>) => to.load(context, row[key] ?? null);
    const decorators = [FieldResolver(to.type, { nullable: true, description })];
    return { method, decorators, parameters: [Ctx(), Root()] };
  }
  if (field.kind === 'newest') {
    const { to, column } = field;
    const method = (context: Context, row: { id: string }) => newestRow(context, to, column, row.id);
    const decorators = [FieldResolver(to.type, { nullable: true, description })];
    return { method, decorators, parameters: [Ctx(), Root()] };
  }
  if (field.kind === 'one') {
    const { of, argument } = field;
    const method = (context: Context, id?: string) => of.load(context, field.id({ id }, context));
    const decorators = [Query(of.type, { nullable: true, description })];
    const parameters = argument === null ? [] : [Arg('id', () => ID, { description: argument })];
    return { method, decorators, parameters: [Ctx(), ...parameters] };
  }
  const { list, column } = field;
  if (column === null) {
    const method = (context: Context, args: PageArgs) => listPage(context, list.listQuery(args, context));
    return { method, decorators: [Query(list.connection, { description })], parameters: [Ctx(), Args(list.args)] };
  }
  const method = (context: Context, row: { id: string }, args: PageArgs) =>
    nestedPage(context, row, column, list.listQuery(args, context), args);
  const decorators = [FieldResolver(list.connection, { description })];
  return { method, decorators, parameters: [Ctx(), Root(), Args(list.args)] };
}

const NEWEST_ONE = { order: { column: null, descending: true }, size: 1, backward: false, cursor: null, lookedAt: 1 };

async function newestRow(context: Context, { name, listing }: RowType, column: string, parentId: string) {
  const pages = loaderFor(context, `newest ${name} of ${column}`, (ids) =>
    pagesByParent(context.db, listing, { column, ids }, everything, NEWEST_ONE),
  );
  return (await pages.load(parentId))?.rows[0] ?? null;
}
