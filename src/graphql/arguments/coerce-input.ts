// Coerces a value that is no argument, such as an entry of a file, to an input type of the schema.
import { coerceInputValue, type GraphQLInputType, type GraphQLSchema, isInputType } from 'graphql';
import type { UserError } from '../../errors';
import { shapeOf } from './input-shape';

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
