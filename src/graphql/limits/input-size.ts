import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { AppError } from '../../errors';

/** How many values the variables of one request may hold; 500 events are 3,500. */
export const MAX_INPUT_VALUES = 10_000;

/**
 * Coercing variables costs 10 µs a value, before anybody asks who is calling: a filter of 16 MiB would keep all others
 * waiting for many seconds. What a JSON value holds is not counted: nothing walks through it.
 * @throws AppError LIMIT_EXCEEDED
 */
export function refuseTooManyInputValues(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  let left = MAX_INPUT_VALUES;
  for (const [name, type] of typesOfVariables(schema, operation)) left -= valuesIn(variables[name], type, left);
  if (left >= 0) return;
  throw new AppError('LIMIT_EXCEEDED', `The variables hold more than ${MAX_INPUT_VALUES} values. Send fewer at once.`);
}

type TypedVariables = readonly (readonly [string, GraphQLInputType])[];

const known = new WeakMap<OperationDefinitionNode, TypedVariables>();

// documents are kept and come again
function typesOfVariables(schema: GraphQLSchema, operation: OperationDefinitionNode): TypedVariables {
  const before = known.get(operation);
  if (before) return before;
  const types = (operation.variableDefinitions ?? []).flatMap(({ variable, type: node }) => {
    const type = typeFromAST(schema, node as Parameters<typeof typeFromAST>[1]);
    return isInputType(type) ? [[variable.name.value, type] as const] : [];
  });
  known.set(operation, types);
  return types;
}

// Stops when there are more than `most`: by then it does not matter how many.
function valuesIn(value: unknown, type: GraphQLInputType, most: number): number {
  if (value === undefined || value === null) return 0;
  if (isNonNullType(type)) return valuesIn(value, type.ofType, most);
  const parts = partsOf(value, type);
  let found = 1;
  for (const [part, partType] of parts) {
    if (found > most) break;
    found += valuesIn(part, partType, most - found);
  }
  return found;
}

function partsOf(value: unknown, type: GraphQLInputType): [unknown, GraphQLInputType][] {
  if (isListType(type)) return Array.isArray(value) ? value.map((each) => [each, type.ofType]) : [[value, type.ofType]];
  if (!isInputObjectType(type) || typeof value !== 'object' || value === null) return [];
  const fields = type.getFields();
  // what is no field is refused by graphql-js
  return Object.entries(value).flatMap(([name, part]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return field ? [[part, field.type]] : [];
  });
}
