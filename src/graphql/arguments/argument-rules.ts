// Rules that check and change a field's arguments before the field is read, by its resolver or by a read plan.
import { defaultFieldResolver, type FieldNode } from 'graphql';
import type { Context } from '../context';
import type { Field } from '../field-rule';

type Arguments = Record<string, unknown>;

/** One field of a request. */
export interface RequestedField {
  context: Context;
  node: FieldNode | undefined;
  /** As graphql-js coerced them. */
  variables: Record<string, unknown>;
}

/** @throws AppError */
export type ArgumentCheck = (args: Arguments, requested: RequestedField) => void;

/** @returns the arguments to use. @throws AppError */
export type ArgumentRule = (args: Arguments, requested: RequestedField) => Arguments;

interface Ruled {
  extensions?: { argumentRules?: readonly ArgumentRule[] } | null;
}

/**
 * Applies the rules of a field. Its resolver applies them itself; a read plan, which does not call the resolver, calls
 * this first.
 * @throws AppError
 */
export function preparedArguments(field: Ruled, args: Arguments, requested: RequestedField): Arguments {
  return (field.extensions?.argumentRules ?? []).reduce((given, rule) => rule(given, requested), args);
}

/** Adds a check, which runs before the rules that the field has. */
export function addCheck(field: Field, check: ArgumentCheck): void {
  addRule(field, (args, requested) => {
    check(args, requested);
    return args;
  });
}

/**
 * Adds a rule, which runs before the rules that the field has. The rule of a subscription runs when it begins and again
 * for each event.
 */
export function addRule(field: Field, rule: ArgumentRule): void {
  const { resolve = defaultFieldResolver, subscribe, extensions } = field;
  const rules = [rule, ...((extensions as Ruled['extensions'])?.argumentRules ?? [])];
  field.extensions = { ...extensions, argumentRules: rules };
  field.resolve = (source, args, context, info) =>
    resolve(source, rule(args, requestedFieldOf(context, info)), context, info);
  if (subscribe) {
    field.subscribe = (source, args, context, info) =>
      subscribe(source, rule(args, requestedFieldOf(context, info)), context, info);
  }
}

function requestedFieldOf(
  context: Context,
  info: { fieldNodes: readonly FieldNode[]; variableValues: object },
): RequestedField {
  return { context, node: info.fieldNodes[0], variables: info.variableValues as Record<string, unknown> };
}
