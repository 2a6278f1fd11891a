// Whether a value has the shape of an input type. graphql-js finds the same faults, but writes the value into each message and
// compares the name of each unknown field with all others: megabytes of unknown fields held the process for many seconds.
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import leven from 'leven';
import { quoted } from '../../errors';

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
  if (type.isOneOf && names.length !== 1) return `Exactly one key must be specified for OneOf type "${type.name}".`;
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
