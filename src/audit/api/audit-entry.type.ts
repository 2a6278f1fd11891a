import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { ROLES } from '../../viewer';
import { ACTOR_KINDS, AUDIT_OUTCOMES } from '../audit-entry.entity';

export const AuditOutcomeEnum = publishEnum('AuditOutcome', AUDIT_OUTCOMES, 'Whether what an entry records was done.', {
  DONE: { description: 'It was done.' },
  DENIED: { description: 'It was refused.' },
});

export const ActorKindEnum = publishEnum('ActorKind', ACTOR_KINDS, 'Who did what an entry records.', {
  USER: { description: 'A user, with an API key or a session.' },
  SYSTEM: { description: 'Hookledger itself.' },
});

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
abstract class AuditEntryFields {
  @Field(() => GraphQLDateTime, { description: 'When it was done. The id contains the same time.' })
  createdAt: Date;

  @Field(() => String, {
    description: 'What was done: a subject and a verb in the past tense, such as "webhook.paused". See the manual.',
  })
  action: string;

  @Field(() => AuditOutcomeEnum, { description: 'Whether it was done or refused.' })
  outcome: (typeof AUDIT_OUTCOMES)[number];

  @Field(() => String, {
    nullable: true,
    description: 'The type of the object that it was done to, such as "Webhook"; null: it has no object.',
  })
  subjectType: string | null;

  @Field(() => String, { nullable: true, description: 'The reason, as the user gave it; null: none was given.' })
  reason: string | null;

  @Field(() => String, { nullable: true, description: 'The IP address of the caller; null: Hookledger itself.' })
  remoteAddress: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The User-Agent header of the caller, at most 500 characters; null: none was sent.',
  })
  userAgent: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the HTTP request, which its response has as `x-request-id`; null: Hookledger itself.',
  })
  requestId: string | null;
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('AuditEntry', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'An entry of the audit trail: who did, saw or was refused what, when, with which key and from where. It is written ' +
    'in the transaction of the change, or before the answer leaves, and never changes.',
})
export class AuditEntryType extends AuditEntryFields {
  id: string;

  @Field(() => ActorKindEnum, { description: 'Whether a user did it, or Hookledger itself.' })
  actorKind: (typeof ACTOR_KINDS)[number];
}

export const AuditEntryConnection = connectionOf('AuditEntry', () => AuditEntryType);

@HasRole(...ROLES)
@ObjectType('OwnAuditEntry', {
  simpleResolvers: true,
  description: 'An entry of the audit trail about what the caller did, saw or was refused.',
})
export class OwnAuditEntryType extends AuditEntryFields {}

export const OwnAuditEntryConnection = connectionOf('OwnAuditEntry', () => OwnAuditEntryType);
