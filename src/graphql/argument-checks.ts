// What is asked of a field's arguments before anybody reads for it: by its resolver, or past it in one statement.
import { defaultFieldResolver, type FieldNode, type GraphQLFieldConfig } from 'graphql';
import type { Viewer } from '../viewer';
import type { Context } from './context';

/** A field as somebody asks for it. */
export interface Asked {
  viewer: Viewer | null;
  node: FieldNode | undefined;
  /** Coerced. */
  variables: Record<string, unknown>;
}

/** @throws AppError that says what is wrong */
export type ArgumentCheck = (args: Record<string, unknown>, asked: Asked) => void;

interface Checked {
  extensions?: { argumentChecks?: readonly ArgumentCheck[] } | null;
}

/**
 * Asks all that is to be asked of a field's arguments. Resolvers do it by themselves; whoever reads a field's rows without
 * its resolver calls this first.
 */
export function checkArguments(field: Checked, args: Record<string, unknown>, asked: Asked): void {
  for (const check of field.extensions?.argumentChecks ?? []) check(args, asked);
}

/** The field with one more check. A subscription is asked when it begins, and again with each event. */
export function withCheck(
  field: GraphQLFieldConfig<unknown, Context>,
  check: ArgumentCheck,
): GraphQLFieldConfig<unknown, Context> {
  const { resolve = defaultFieldResolver, subscribe, extensions } = field;
  const checks = [...((extensions as Checked['extensions'])?.argumentChecks ?? []), check];
  return {
    ...field,
    extensions: { ...extensions, argumentChecks: checks },
    resolve: (source, args, context, info) => {
      check(args, askedIn(context, info));
      return resolve(source, args, context, info);
    },
    ...(subscribe && {
      subscribe: (source, args, context, info) => {
        check(args, askedIn(context, info));
        return subscribe(source, args, context, info);
      },
    }),
  };
}

function askedIn({ viewer }: Context, info: { fieldNodes: readonly FieldNode[]; variableValues: object }): Asked {
  return { viewer, node: info.fieldNodes[0], variables: info.variableValues as Record<string, unknown> };
}
