// Clients send what they have no value for as null, and objects of nothing else: in reads that is no filter.
import { MapperKind, mapSchema } from '@graphql-tools/utils';
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
import { withRule } from '../arguments/argument-rules';

/**
 * Takes null and {} out of `where` and `orderBy` of every field that reads, however deep they stand. What acts on rows has
 * its `where` in the `input` of a mutation, where both are refused: there they could widen what is done.
 */
export function ignoreAbsentFilters(schema: GraphQLSchema): GraphQLSchema {
  const acts = schema.getMutationType()?.name;
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field, _name, typeName) => {
      const filters = Object.entries(field.args ?? {}).filter(([name]) => name === 'where' || name === 'orderBy');
      if (typeName === acts || filters.length === 0) return field;
      return withRule(field, (args) => {
        const { ...present } = args;
        for (const [name, { type }] of filters) {
          const value = presentIn(type, present[name], [name]);
          if (value === undefined) delete present[name];
          else present[name] = value;
        }
        return present;
      });
    },
  });
}

/** undefined: nothing is left. @throws AppError BAD_USER_INPUT where that could mean all rows or none */
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

// Where something has to be given, null beside it is a value: { at: "$.customer", eq: null }.
function isWhole(type: GraphQLInputObjectType): boolean {
  return Object.values(type.getFields()).some(isRequiredInputField);
}
