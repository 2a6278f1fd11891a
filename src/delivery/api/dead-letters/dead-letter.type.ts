import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../../graphql/enum';
import { connectionOf } from '../../../graphql/lists/connection';
import { NodeType } from '../../../graphql/node';
import { HasRole } from '../../../graphql/roles/has-role';
import { READERS } from '../../../viewer';
import { DEAD_LETTER_KINDS, type DeadLetterKind } from '../../queue/dead-letter.entity';

export const DeadLetterKindEnum = publishEnum('DeadLetterKind', DEAD_LETTER_KINDS, 'What cannot be done.', {
  JOB: { description: 'The next attempt of `delivery` cannot be begun.' },
  EVENT: { description: '`businessEvent` cannot be fanned out: it has no deliveries.' },
  DECISION: { description: 'Whether `businessEvent` is delivered to `webhook` cannot be decided.' },
  INDEX: { description: '`request` cannot be put into the search index: searches do not find it.' },
  COUNT_OPENED: { description: 'Statistics do not count `request` as PENDING.' },
  COUNT_CLOSED: { description: 'Statistics do not count `request`.' },
  COUNT_DELIVERIES: { description: 'Statistics do not count a change of the states of some deliveries to `webhook`.' },
});

@HasRole(...READERS)
@ObjectType('DeadLetter', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'Work that cannot be done because something in the database is wrong with it, such as a row that was edited by hand. All other ' +
    'work continues. It is tried again after 1 to 10 minutes, and the entry is deleted up to a minute after it is done.',
})
export class DeadLetterType extends NodeType {
  @Field(() => DeadLetterKindEnum, { description: 'What cannot be done.' })
  kind: DeadLetterKind;

  @Field(() => String, {
    description:
      'The SQLSTATE of the error, such as "22003" (a number out of range) or "55P03" (another session has locked a row); or the name ' +
      'of an error that is not one of PostgreSQL.',
  })
  code: string;

  @HasRole('SYSTEM_MANAGER')
  @Field(() => String, {
    nullable: true,
    description:
      'The error, which may contain values of the row; "[erased]" after an erasure. null: the caller has not the role.',
  })
  error: string;

  @Field(() => Int, { description: 'How often it has failed.' })
  failures: number;

  @Field(() => GraphQLDateTime, { description: 'When it failed for the first time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { description: 'When it failed for the last time.' })
  failedAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it is tried again; null: now, or it was done.' })
  retryAt: Date | null;
}

export const DeadLetterConnection = connectionOf('DeadLetter', () => DeadLetterType);
