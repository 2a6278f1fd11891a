import { type ClassType, Field, ObjectType } from 'type-graphql';
import type { UserError } from '../errors';
import { UserErrorType } from './user-error';

export interface Payload {
  userErrors: UserError[];
}

/** A GraphQL type and what to say about the field that has it. */
export type PayloadField = [type: () => unknown, description?: string];

/** A mutation's payload: what it made, null when the input was refused, and what was wrong with the input. */
export function payloadOf(mutation: string, fields: Record<string, PayloadField>): ClassType<Payload> {
  @ObjectType(`${mutation}Payload`, {
    simpleResolvers: true,
    description: `What ${mutation[0]?.toLowerCase()}${mutation.slice(1)} answers. Either it worked, or \`userErrors\` says why not.`,
  })
  class PayloadType {
    @Field(() => [UserErrorType], { description: 'Empty when it worked; nothing was changed otherwise.' })
    userErrors: UserError[];
  }
  for (const [name, [type, description]] of Object.entries(fields)) {
    Field(type as () => typeof String, { nullable: true, description })(PayloadType.prototype, name);
  }
  return PayloadType;
}
