import { type ClassType, Field, ObjectType } from 'type-graphql';
import type { UserError } from '../errors';
import { UserErrorType } from './user-error';

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
