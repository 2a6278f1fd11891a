// The resolvers of linked fields, as if each were a method with TypeGraphQL's decorators.
import { Arg, Args, type ClassType, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../graphql/context';
import { loaderFor } from '../graphql/data-loaders';
import { listPage, nestedPage } from '../graphql/lists/list';
import type { PageArgs } from '../graphql/lists/page-args';
import { everything } from '../sql/condition';
import { pagesByParent } from '../sql/walks/keyset';
import type { LinkedField } from './linked-field';
import type { RowType } from './row-type';

export type ResolverClass = new () => object;

/** @param type whose fields they are; null: Query */
export function resolverOf(type: (() => ClassType<object>) | null, fields: Record<string, LinkedField>): ResolverClass {
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
