// A page is taken from one end of a list.
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { type GraphQLSchema, Kind } from 'graphql';
import { AppError } from '../../errors';
import { type ArgumentCheck, type Asked, withCheck } from './argument-checks';

/**
 * Refuses `first` beside `last` on every list. `first` is 20 where nobody gives it, so that its value does not say
 * whether somebody did: the document does.
 */
export function enforceOneEnd(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field) =>
      field.args?.first && field.args.last ? withCheck(field, refuseBothEnds) : field,
  });
}

const refuseBothEnds: ArgumentCheck = ({ last }, asked) => {
  if (typeof last !== 'number' || !isFirstGiven(asked)) return;
  throw new AppError('BAD_USER_INPUT', 'first and last are both given: ask for one end of the list.', ['last']);
};

function isFirstGiven({ node, variables }: Asked): boolean {
  const first = node?.arguments?.find((each) => each.name.value === 'first')?.value;
  if (!first || first.kind === Kind.NULL) return false;
  return first.kind !== Kind.VARIABLE || (variables[first.name.value] ?? null) !== null;
}
