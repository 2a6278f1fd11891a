// A list that fails does not fail the rest of the answer.
import { type GraphQLError, getNamedType, getNullableType } from 'graphql';
import type { FieldRule } from '../field-rule';

/** Makes all lists nullable: a list that cannot be read is null with an error, and the rest is answered. */
export const letListsFailAlone: FieldRule = (field) => {
  if (getNamedType(field.type).name.endsWith('Connection')) field.type = getNullableType(field.type);
};

/** Keeps one error per field and message, that of the first row, if a field fails in many rows of a list. */
export function onePerField(errors: readonly GraphQLError[]): GraphQLError[] {
  const first = new Map<string, GraphQLError>();
  for (const error of errors) {
    const field = (error.path ?? []).map((key) => (typeof key === 'number' ? 0 : key));
    const same = JSON.stringify([field, error.message]);
    const known = first.get(same);
    if (!known || isBefore(error, known)) first.set(same, error);
  }
  return [...first.values()];
}

function isBefore({ path: one = [] }: GraphQLError, { path: other = [] }: GraphQLError): boolean {
  const at = one.findIndex((key, index) => key !== other[index]);
  return at >= 0 && (one[at] as number) < (other[at] as number);
}
