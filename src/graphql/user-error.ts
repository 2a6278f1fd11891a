import { Field, ObjectType } from 'type-graphql';
import { InputError, USER_ERROR_CODES, type UserError } from '../errors';
import { publishEnum } from './enum';

const UserErrorCodeEnum = publishEnum('UserErrorCode', USER_ERROR_CODES, 'What kind of fault an input value has.', {
  REQUIRED: { description: 'A value is missing, or null where it may only be left out.' },
  INVALID: { description: 'The value cannot be used; the message says what would be right.' },
  TOO_LARGE: { description: 'Too long, too deep, too many.' },
  CONFLICT: { description: 'It contradicts something that exists already.' },
  NOT_FOUND: { description: 'The id or name points at nothing.' },
});

@ObjectType('UserError', {
  simpleResolvers: true,
  description:
    "What was wrong with an input's values. Who you are, limits and malformed documents are top-level errors instead.",
})
export class UserErrorType {
  @Field(() => [String], {
    nullable: true,
    description: 'Where in the input: names and list indexes, such as ["events", "3", "data", "qty"].',
  })
  field: string[] | null;

  @Field(() => UserErrorCodeEnum, { description: 'What kind of fault, for programs.' })
  code: UserError['code'];

  @Field(() => String, { description: 'A sentence: what was wrong, with the value, and what would be right.' })
  message: string;
}

/** Runs a mutation's work; faults of the input become the payload's `userErrors`, and nothing was changed. */
export async function answer<Payload extends object>(
  empty: Payload,
  work: () => Promise<Payload>,
): Promise<Payload & { userErrors: UserError[] }> {
  try {
    return { ...(await work()), userErrors: [] };
  } catch (error) {
    if (error instanceof InputError) return { ...empty, userErrors: error.errors };
    throw error;
  }
}
