// Clients send null for missing values, and objects that contain only null. In reads, neither is a filter.
import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  isRequiredInputField,
} from 'graphql';
import { refuseAmbiguous } from '../../values/refuse-argument';
import { addRule } from '../arguments/check-input';
import type { FieldRule } from '../field-rules';

/**
 * Removes null and {} from `where` and `orderBy` of all fields that read, at any depth. The `where` of a mutation is in
 * its `input`, where both are refused, because there they could widen the effect.
 */
export function ignoreAbsentFilters(schema: GraphQLSchema): FieldRule {
  const acts = schema.getMutationType();
  return (field, type) => {
    const filters = field.args.filter(({ name }) => name === 'where' || name === 'orderBy');
    if (type === acts || filters.length === 0) return;
    addRule(field, (args) => {
      const { ...present } = args;
      for (const { name, type } of filters) {
        const value = presentIn(type, present[name], [name]);
        if (value === undefined) delete present[name];
        else present[name] = value;
      }
      return present;
    });
  };
}

/** @returns undefined: nothing is left. @throws AppError BAD_USER_INPUT if that could mean all rows or none */
function presentIn(type: GraphQLInputType, value: unknown, path: string[]): unknown {
  if (value === null || value === undefined) return undefined;
  const nullable = getNullableType(type);
  const named = getNamedType(type);
  if (!isInputObjectType(named) || isWhole(named)) return value;
  if (isListType(nullable)) return presentInList(nullable.ofType, value, path);
  const fields = named.getFields();
  const entries = Object.entries(value).flatMap(([name, part]) => {
    const field = fields[name];
    const present = field && presentIn(field.type, part, [...path, name]);
    return present === undefined ? [] : [[name, present] as const];
  });
  if (entries.length > 0) return Object.fromEntries(entries);
  if (path.at(-1) === 'not') refuseAmbiguous(path, '{}');
  return undefined;
}

function presentInList(type: GraphQLInputType, value: unknown, path: string[]): unknown[] {
  const given = Array.isArray(value) ? value : [value];
  const present = given.map((each, index) => presentIn(type, each, [...path, String(index)]));
  const left = present.filter((each) => each !== undefined);
  if (left.length === 0) refuseAmbiguous(path, given.length === 0 ? 'an empty list' : 'a list of {}');
  return left;
}

const whole = new WeakMap<GraphQLInputObjectType, boolean>();

// An input with a required field: null in another field is a value, as in { at: "$.customer", eq: null }.
function isWhole(type: GraphQLInputObjectType): boolean {
  const known = whole.get(type) ?? Object.values(type.getFields()).some(isRequiredInputField);
  whole.set(type, known);
  return known;
}

// A `where` as text, for exports and replays, which read it later.

// JSON has no times, so each Date of GraphQL is stored under this key. The same key in the caller's own JSON gets
// another dollar sign.
const TIME = '$dateTime';
const OWN_KEY = /^\$+dateTime$/;

export function textOfWhere(where: object): string {
  return JSON.stringify(marked(where));
}

/** The `where` for conditionOf(). */
export function whereFromText(text: string): unknown {
  return unmarked(JSON.parse(text), (time) => new Date(time));
}

/** The `where` as it is shown; null: there is none. */
export function whereAsJson(text: string | null): unknown {
  return text === null ? null : unmarked(JSON.parse(text), (time) => time);
}

function marked(value: unknown): unknown {
  if (value instanceof Date) return { [TIME]: value.toISOString() };
  return mapped(value, (key) => (OWN_KEY.test(key) ? `$${key}` : key), marked);
}

function unmarked(value: unknown, timeFrom: (text: string) => unknown): unknown {
  const time = value !== null && typeof value === 'object' ? (value as Record<string, unknown>)[TIME] : undefined;
  if (typeof time === 'string') return timeFrom(time);
  return mapped(
    value,
    (key) => (OWN_KEY.test(key) ? key.slice(1) : key),
    (each) => unmarked(each, timeFrom),
  );
}

function mapped(value: unknown, keyFrom: (key: string) => string, valueFrom: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(valueFrom);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [keyFrom(key), valueFrom(each)]));
}
