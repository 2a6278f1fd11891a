import { registerEnumType } from 'type-graphql';

/** Publishes a union of strings as a GraphQL enum. @returns the type for decorators */
export function publishEnum<Value extends string>(
  name: string,
  values: readonly Value[],
  description: string,
  valuesConfig: Partial<Record<Value, { description: string }>> = {},
): Record<Value, Value> {
  const object = Object.fromEntries(values.map((value) => [value, value])) as Record<Value, Value>;
  registerEnumType(object, { name, description, valuesConfig });
  return object;
}
