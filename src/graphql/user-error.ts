import { type ClassType, Field, ObjectType } from 'type-graphql';
import { InputError, USER_ERROR_CODES, type UserError } from '../errors/errors';
import { publishEnum } from './directives';

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
class UserErrorType {
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

export interface Payload {
  userErrors: UserError[];
}

/** The GraphQL type of a field, and its description. */
export type PayloadField = [type: () => unknown, description?: string];

/** The type of a mutation's result: `userErrors`, and the given fields, which are null if the input was refused. */
export function payloadOf(mutation: string, fields: Record<string, PayloadField>): ClassType<Payload> {
  @ObjectType(`${mutation}Payload`, {
    simpleResolvers: true,
    description:
      `The result of ${mutation[0]?.toLowerCase()}${mutation.slice(1)}. ` +
      'If `userErrors` is not empty, nothing was changed.',
  })
  class PayloadType {
    @Field(() => [UserErrorType], { description: 'The faults of the input. Empty: the mutation succeeded.' })
    userErrors: UserError[];
  }
  for (const [name, [type, description]] of Object.entries(fields)) {
    Field(type as () => typeof String, { nullable: true, description })(PayloadType.prototype, name);
  }
  return PayloadType;
}
