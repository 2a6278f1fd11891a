import { Kind } from 'graphql';
import { ArgsType, Field, Int } from 'type-graphql';
import { LOOKED_AT } from '../../sql/listing';
import type { PageRequest } from '../../sql/walks/keyset';
import { checkedSize, refuseWithMessage } from '../../values/refuse-argument';
import { type ArgumentCheck, addCheck, type RequestedField } from '../arguments/check-input';
import type { FieldRule } from '../field-rules';
import { decodeCursor, type ListOrder } from './cursor';

export const MAX_PAGE = 100;
export const DEFAULT_PAGE = 20;
const FORWARD = 'The number of rows from the beginning, 1 to 100. Default: 20, unless `last` is given.';
const AFTER =
  'Rows after this cursor: the `endCursor` of the previous page of this list in this order, also of an empty page.';

@ArgsType()
export class PageArgs {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_PAGE, description: FORWARD })
  first?: number | null;

  @Field(() => String, { nullable: true, description: AFTER })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: 'The number of rows from the end, 1 to 100, instead of `first`.' })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Rows before this cursor: the `startCursor` of the following page, also of an empty page. Used with `last`.',
  })
  before?: string | null;
}

/**
 * @param lookedAt how many rows a page may look at, beyond its own
 * @throws AppError BAD_USER_INPUT with the argument, its value and what is allowed
 */
export function pageRequest(args: PageArgs, order: ListOrder, lookedAt = LOOKED_AT): PageRequest {
  const { last, after, before } = args;
  const backward = isGiven(last);
  // the default of `first`, 20, is not distinguishable from a given 20: page-args.ts checks the document
  if (backward && typeof args.first === 'number' && args.first !== DEFAULT_PAGE) {
    refuseBothEnds();
  }
  if (isGiven(after) && isGiven(before)) {
    refuseWithMessage('after and before are both given: page in one direction.', ['before']);
  }
  if (backward && isGiven(after)) {
    refuseWithMessage('last goes with before, not with after.', ['after']);
  }
  if (!backward && isGiven(before)) {
    refuseWithMessage('before goes with last, not with first.', ['before']);
  }
  const size = backward
    ? checkedSize('last', last, MAX_PAGE)
    : checkedSize('first', args.first ?? DEFAULT_PAGE, MAX_PAGE);
  return {
    order,
    backward,
    size,
    lookedAt: Math.max(size, lookedAt),
    cursor: cursorIn(backward ? 'before' : 'after', args, order),
  };
}

/** @throws AppError BAD_USER_INPUT */
function refuseBothEnds(): never {
  refuseWithMessage('first and last are both given: ask for one end of the list.', ['last']);
}

// an empty cursor counts as given and is refused
function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}

function cursorIn(name: 'after' | 'before', args: PageArgs, order: ListOrder): PageRequest['cursor'] {
  const cursor = args[name];
  return isGiven(cursor) ? decodeCursor(cursor, name, order) : null;
}

// A page is read from one end of a list.

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
