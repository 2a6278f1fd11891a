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
import { refuseAmbiguous } from '../../refuse-argument';
import { addRule } from '../arguments/argument-rules';
import type { FieldRule } from '../field-rule';

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
