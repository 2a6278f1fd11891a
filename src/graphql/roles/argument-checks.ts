// What happens to a field's arguments before anything is read for it, by its resolver or past it in one statement.
import { defaultFieldResolver, type FieldNode, type GraphQLFieldConfig } from 'graphql';
import type { Viewer } from '../../viewer';
import type { Context } from '../context';

type Arguments = Record<string, unknown>;

/** A field in a request. */
export interface Asked {
  viewer: Viewer | null;
  node: FieldNode | undefined;
  /** Coerced. */
  variables: Record<string, unknown>;
}

/** @throws AppError that says what is wrong */
export type ArgumentCheck = (args: Arguments, asked: Asked) => void;

/** @returns the arguments as they are used. @throws AppError that says what is wrong */
export type ArgumentRule = (args: Arguments, asked: Asked) => Arguments;

interface Ruled {
  extensions?: { argumentRules?: readonly ArgumentRule[] } | null;
}

/**
 * The arguments as a field's resolver gets them. Resolvers do it by themselves; what reads a field's rows without its
 * resolver calls this first.
 * @throws AppError that says what is wrong
 */
export function preparedArguments(field: Ruled, args: Arguments, asked: Asked): Arguments {
  return (field.extensions?.argumentRules ?? []).reduce((given, rule) => rule(given, asked), args);
}

/** The field with one more check, which comes before those that it has. */
export function withCheck(
  field: GraphQLFieldConfig<unknown, Context>,
  check: ArgumentCheck,
): GraphQLFieldConfig<unknown, Context> {
  return withRule(field, (args, asked) => {
    check(args, asked);
    return args;
  });
}

/**
 * The field with one more rule, which comes before those that it has. For a subscription it holds when it begins, and
 * again with each event.
 */
export function withRule(
  field: GraphQLFieldConfig<unknown, Context>,
  rule: ArgumentRule,
): GraphQLFieldConfig<unknown, Context> {
  const { resolve = defaultFieldResolver, subscribe, extensions } = field;
  const rules = [rule, ...((extensions as Ruled['extensions'])?.argumentRules ?? [])];
  return {
    ...field,
    extensions: { ...extensions, argumentRules: rules },
    resolve: (source, args, context, info) => resolve(source, rule(args, askedIn(context, info)), context, info),
    ...(subscribe && {
      subscribe: (source, args, context, info) => subscribe(source, rule(args, askedIn(context, info)), context, info),
    }),
  };
}

function askedIn({ viewer }: Context, info: { fieldNodes: readonly FieldNode[]; variableValues: object }): Asked {
  return { viewer, node: info.fieldNodes[0], variables: info.variableValues as Record<string, unknown> };
}
