import { ValidateBy, type ValidationError, type ValidationOptions, validateSync } from 'class-validator';
import {
  coerceInputValue,
  defaultFieldResolver,
  type FieldNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import leven from 'leven';
import { Directive } from 'type-graphql';
import { InputError, quoted, type UserError } from '../../errors/errors';
import { MAX_REASON } from '../../values/reason';
import { SHORT_TEXT, TEXT_RULES } from '../../values/text';
import type { Context } from '../context';
import { directiveOf } from '../directives';
import type { Field } from '../field-rules';

/** A short text: not null, not blank, at most `max` UTF-16 units, no control characters. It may be absent. */
export function ShortText(max = SHORT_TEXT, options: { nullable?: boolean } = {}): PropertyDecorator {
  return (target, property) => {
    for (const rule of TEXT_RULES) {
      const holds = (value: unknown) => (options.nullable === true && value === null) || rule.holds(value, max);
      rejects(rule.code, rule.name, holds, (value, name) => rule.message(name, value, max))(target, property);
    }
  };
}

/** The reason of an act. */
export function Reason(options: { nullable?: boolean } = {}): PropertyDecorator {
  return ShortText(MAX_REASON, options);
}

/** A rule whose code and message are sent to the caller as a user error. */
export function rejects(
  code: UserError['code'],
  name: string,
  holds: (value: unknown) => boolean,
  message: (value: unknown, property: string) => string,
): PropertyDecorator {
  const validationOptions: ValidationOptions = { context: { code } };
  const defaultMessage = (args?: { value: unknown; property: string }) => message(args?.value, args?.property ?? '');
  return ValidateBy({ name, validator: { validate: holds, defaultMessage } }, validationOptions);
}

/**
 * @param path of the input in the call; left out where the fields of its faults begin with its own
 * @throws InputError with the first fault of each field. Absent fields are not checked, null is.
 */
export function checkInput(input: object, path: readonly string[] = []): void {
  const faults = validateSync(input, {
    skipUndefinedProperties: true,
    forbidUnknownValues: false,
    validationError: { target: false },
  });
  const errors = faults.map((fault) => toUserError(fault, path));
  if (errors.length > 0) throw new InputError(errors);
}

function toUserError(fault: ValidationError, path: readonly string[]): UserError {
  const order = TEXT_RULES.map((rule) => rule.name);
  const names = Object.keys(fault.constraints ?? {}).sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const name = names[0] as string;
  return {
    field: [...path, fault.property],
    code: (fault.contexts?.[name] as { code: UserError['code'] } | undefined)?.code ?? 'INVALID',
    message: fault.constraints?.[name] ?? `${fault.property} cannot be used.`,
  };
}

// Coerces a value that is no argument, such as an entry of a file, to an input type of the schema.

/** The maximum number of values: graphql-js needs 10 µs for each. A webhook has some hundred. */
const MAX_VALUES = 10_000;
const MAX_FAULTS = 100;

class EnoughFaults extends Error {}

/**
 * @returns the value as arguments of this type are given to resolvers, or its faults with paths below it: at most 100, or the
 *   first one of its shape
 */
export function coerceInput(
  schema: GraphQLSchema,
  typeName: string,
  value: unknown,
): { value: Record<string, unknown> } | { faults: UserError[] } {
  const type = schema.getType(typeName) as GraphQLInputType;
  if (!isInputType(type)) throw new Error(`the schema has no input type ${typeName}`);
  const faults: UserError[] = [];
  const refuse = (path: readonly (string | number)[], message: string, code: UserError['code'] = 'INVALID') =>
    faults.push({ field: path.map(String), code, message });
  const shape = shapeOf(value, type, MAX_VALUES);
  if (shape.fault) refuse(shape.fault.path, `${shape.fault.message}${shape.fault.suggestion}`);
  else if (shape.values > MAX_VALUES) refuse([], `It has more than ${MAX_VALUES} values.`, 'TOO_LARGE');
  if (faults.length > 0) return { faults };
  try {
    const coerced = coerceInputValue(value, type, (path, _invalid, { message }) => {
      if (refuse(path, message) === MAX_FAULTS) throw new EnoughFaults();
    });
    if (faults.length === 0) return { value: coerced as Record<string, unknown> };
  } catch (error) {
    if (!(error instanceof EnoughFaults)) throw error;
  }
  return { faults };
}

// Rules that check and change a field's arguments before the field is read, by its resolver or by a read plan.

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

// Whether a value has the shape of an input type. graphql-js finds the same faults, but writes the value into each message and
// compares the name of each unknown field with all others: megabytes of unknown fields held the process for many seconds.

export interface ShapeFault {
  /** Names of fields and indices. */
  path: (string | number)[];
  message: string;
  /** A further sentence, with a field that is like an unknown one; empty: there is none. */
  suggestion: string;
}

/** A fault, or the number of values, which stops at more than `most`. */
export type Shape = { fault: ShapeFault } | { fault: null; values: number };

interface Walk {
  path: (string | number)[];
  suggestion: string;
  values: number;
  most: number;
}

/** Its members are whatever their sender likes, and are not coerced. */
const ANY_JSON = 'JSON';

/**
 * Looks no further than the first fault. Whether a text or a number is right for its scalar or enum is left to graphql-js.
 * @param most stops counting after this number of values. The content of a JSON value does not count
 */
export function shapeOf(value: unknown, type: GraphQLInputType, most: number): Shape {
  const walk: Walk = { path: [], suggestion: '', values: 0, most };
  const message = faultOf(walk, value, type);
  return message === null
    ? { fault: null, values: walk.values }
    : { fault: { path: walk.path, message, suggestion: walk.suggestion } };
}

// null: there is none. Otherwise `walk.path` is where it is.
function faultOf(walk: Walk, value: unknown, type: GraphQLInputType): string | null {
  if (isNonNullType(type)) {
    if (value === null) return `Expected non-nullable type "${type}" not to be null.`;
    return faultOf(walk, value, type.ofType);
  }
  if (value === undefined || value === null || walk.values > walk.most) return null;
  walk.values += 1;
  if (isListType(type)) return faultInList(walk, value, type.ofType);
  if (isInputObjectType(type)) return faultInObject(walk, value, type);
  if (!isLeafType(type) || typeof value !== 'object' || type.name === ANY_JSON) return null;
  return `${type.name} cannot represent ${Array.isArray(value) ? 'a list' : 'an object'}.`;
}

function faultInList(walk: Walk, value: unknown, type: GraphQLInputType): string | null {
  // a single value stands for a list of one
  if (!Array.isArray(value)) return faultOf(walk, value, type);
  for (const [index, each] of value.entries()) {
    const message = faultAt(walk, index, each, type);
    if (message !== null) return message;
    if (walk.values > walk.most) return null;
  }
  return null;
}

function faultInObject(walk: Walk, value: unknown, type: GraphQLInputObjectType): string | null {
  if (typeof value !== 'object' || Array.isArray(value)) return `Expected type "${type.name}" to be an object.`;
  const fields = type.getFields();
  const given = value as Record<string, unknown>;
  const names = Object.keys(given);
  const unknown = names.find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) {
    walk.suggestion = suggestionFor(unknown, Object.keys(fields));
    return `Field ${quoted(unknown)} is not defined by type "${type.name}".`;
  }
  if (type.isOneOf && names.length !== 1) {
    return `Type "${type.name}" takes exactly one of ${Object.keys(fields).join(', ')}, not ${names.length} of them.`;
  }
  for (const field of Object.values(fields)) {
    const { name, defaultValue } = field;
    if (given[name] === undefined && defaultValue === undefined && isNonNullType(field.type)) {
      return `Field "${name}" of required type "${field.type}" was not provided.`;
    }
    const message = faultAt(walk, name, given[name], field.type);
    if (message !== null) return message;
  }
  return null;
}

function faultAt(walk: Walk, step: string | number, value: unknown, type: GraphQLInputType): string | null {
  walk.path.push(step);
  const message = faultOf(walk, value, type);
  if (message === null) walk.path.pop();
  return message;
}

const LONGEST_NAME = 60;

// as graphql-js does for the fields of a query
function suggestionFor(unknown: string, names: readonly string[]): string {
  if (unknown.length > LONGEST_NAME) return '';
  const distances = names.map((name) => [leven(unknown.toLowerCase(), name.toLowerCase()), name] as const);
  const [distance, nearest] = distances.reduce((best, each) => (each[0] < best[0] ? each : best), [Infinity, '']);
  return distance <= Math.floor(unknown.length * 0.4) + 1 ? ` Did you mean "${nearest}"?` : '';
}

/** Decorates an input of whose fields callers give exactly one, which is not null. Printed in the SDL and enforced. */
export function OneOf(): ClassDecorator {
  return Directive('@oneOf') as ClassDecorator;
}

// TypeGraphQL passes the directive on, but builds an input of which any number of fields may be given
export function enforceOneOf(schema: GraphQLSchema): void {
  for (const input of Object.values(schema.getTypeMap()).filter(isInputObjectType)) {
    if (!directiveOf(schema, input, 'oneOf')) continue;
    input.isOneOf = true;
    input.description = `${input.description ?? ''}\n\nExactly one of its fields is given.`.trim();
  }
}
