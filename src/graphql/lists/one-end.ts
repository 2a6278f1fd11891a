// A page is read from one end of a list.
import { Kind } from 'graphql';
import { type ArgumentCheck, addCheck, type RequestedField } from '../arguments/argument-rules';
import type { FieldRule } from '../field-rule';
import { refuseBothEnds } from './page-args';

/**
 * Refuses `first` together with `last` on every list. The default of `first` is 20, so its value does not show whether
 * the caller gave it; the document does.
 */
export const enforceOneEnd: FieldRule = (field) => {
  const names = new Set(field.args.map(({ name }) => name));
  if (names.has('first') && names.has('last')) addCheck(field, checkOneEnd);
};

const checkOneEnd: ArgumentCheck = ({ last }, requested) => {
  if (typeof last === 'number' && isFirstGiven(requested)) refuseBothEnds();
};

function isFirstGiven({ node, variables }: RequestedField): boolean {
  const first = node?.arguments?.find((each) => each.name.value === 'first')?.value;
  if (!first || first.kind === Kind.NULL) return false;
  if (first.kind !== Kind.VARIABLE) return true;
  const name = first.name.value;
  return Object.hasOwn(variables, name) && (variables[name] ?? null) !== null;
}
