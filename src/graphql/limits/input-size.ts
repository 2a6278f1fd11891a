import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { AppError } from '../../errors';

/** The maximum number of values in the variables of one request. 500 events have 3,500. */
const MAX_INPUT_VALUES = 10_000;

/**
 * graphql-js needs 10 µs to coerce a value, before roles are checked: a filter of 16 MiB would block the process for
 * many seconds. The content of a JSON value is not counted, because it is not coerced.
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

// Apollo caches documents
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

// Stops counting at more than `most`.
function valuesIn(value: unknown, type: GraphQLInputType, most: number): number {
  if (value === undefined || value === null) return 0;
  if (isNonNullType(type)) return valuesIn(value, type.ofType, most);
  if (isLeafType(type)) return 1;
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
  // graphql-js refuses unknown fields
  return Object.entries(value).flatMap(([name, part]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return field ? [[part, field.type]] : [];
  });
}
