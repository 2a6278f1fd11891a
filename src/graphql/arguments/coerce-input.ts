// Coerces a value that is no argument, such as an entry of a file, to an input type of the schema.
import { coerceInputValue, type GraphQLInputType, type GraphQLSchema, isInputType } from 'graphql';
import type { UserError } from '../../errors';

/** @returns the value as arguments of this type are given to resolvers, or its faults with paths below it */
export function coerceInput(
  schema: GraphQLSchema,
  typeName: string,
  value: unknown,
): { value: Record<string, unknown> } | { faults: UserError[] } {
  const type = schema.getType(typeName);
  if (!isInputType(type)) throw new Error(`the schema has no input type ${typeName}`);
  const faults: UserError[] = [];
  const coerced = coerceInputValue(value, type as GraphQLInputType, (path, _invalid, { message }) => {
    faults.push({ field: path.map(String), code: 'INVALID', message });
  });
  return faults.length > 0 ? { faults } : { value: coerced as Record<string, unknown> };
}
