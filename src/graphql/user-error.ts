import { Field, ObjectType } from 'type-graphql';
import { InputError, USER_ERROR_CODES, type UserError } from '../errors';
import { publishEnum } from './enum';

const UserErrorCodeEnum = publishEnum('UserErrorCode', USER_ERROR_CODES, 'The kind of fault in an input.', {
  REQUIRED: { description: 'A value is missing, or is null where it may only be omitted.' },
  INVALID: { description: 'The value is not allowed; the message says what is allowed.' },
  TOO_LARGE: {
    description:
      'The value is too long, is nested too deeply or has too many entries; or as many objects exist as are allowed.',
  },
  CONFLICT: {
    description: 'The value conflicts with an existing object, or the object is in a state that does not allow this.',
  },
  NOT_FOUND: { description: 'No object has this id or name.' },
});

@ObjectType('UserError', {
  simpleResolvers: true,
  description:
    'A fault in the input of a mutation. Faults of authentication, limits and malformed documents are top-level errors.',
})
export class UserErrorType {
  @Field(() => [String], {
    nullable: true,
    description:
      'The path in the input: names and list indexes, such as ["events", "3", "data", "qty"]; null: the fault is in no single field.',
  })
  field: string[] | null;

  @Field(() => UserErrorCodeEnum, { description: 'The kind of fault, for programs.' })
  code: UserError['code'];

  @Field(() => String, { description: 'A sentence for people: the value, what is wrong with it, and what is allowed.' })
  message: string;
}

/** Runs a mutation. Faults of the input become `userErrors` of the payload; nothing was changed then. */
export async function answer<Payload extends object>(
  empty: Payload,
  work: () => Promise<Payload>,
): Promise<Payload & { userErrors: UserError[] }> {
  try {
    return { userErrors: [], ...(await work()) };
  } catch (error) {
    if (error instanceof InputError) return { ...empty, userErrors: error.errors };
    throw error;
  }
}
