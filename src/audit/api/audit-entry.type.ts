import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { ROLES } from '../../viewer';
import { ACTOR_KINDS, AUDIT_OUTCOMES } from '../audit-entry.entity';

export const AuditOutcomeEnum = publishEnum(
  'AuditOutcome',
  AUDIT_OUTCOMES,
  'Whether an audited act was done or refused.',
  {
    DONE: { description: 'The act was done.' },
    DENIED: { description: 'The act was refused.' },
  },
);

export const ActorKindEnum = publishEnum('ActorKind', ACTOR_KINDS, 'The kind of the actor of an audit entry.', {
  USER: { description: 'A user, with an API key or a session.' },
  SYSTEM: { description: 'Hookledger itself.' },
});

// a base class: the API has no type of its own for it
@ObjectType({ simpleResolvers: true })
abstract class AuditEntryFields {
  @Field(() => GraphQLDateTime, { description: 'When the act was done. The id contains the same time.' })
  createdAt: Date;

  @Field(() => String, {
    description:
      'The act: a subject and a verb in the past tense, such as "webhook.paused". docs/audit-trail.md lists ' + 'all.',
  })
  action: string;

  @Field(() => AuditOutcomeEnum, { description: 'Whether the act was done or refused.' })
  outcome: (typeof AUDIT_OUTCOMES)[number];

  @Field(() => String, {
    nullable: true,
    description: 'The type of the object of the act, such as "Webhook"; null: the act has no object.',
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
    description: 'The id of the HTTP request, which the response contains as `x-request-id`; null: Hookledger itself.',
  })
  requestId: string | null;
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('AuditEntry', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'An entry of the audit trail: an act, a reading of content, or a refusal, with its user, time, API key ' +
    'and address. An entry about a change is written in the transaction of the change, one about a reading ' +
    'within about a second, one about refusals after the end of their minute. Only an erasure changes an ' +
    'entry: it removes content.',
})
export class AuditEntryType extends AuditEntryFields {
  id: string;

  @Field(() => ActorKindEnum, { description: 'Whether a user acted, or Hookledger itself.' })
  actorKind: (typeof ACTOR_KINDS)[number];

  @Field(() => String, {
    nullable: true,
    description:
      'The identity provider of the person who ordered an erasure, requested the release of a hold, or decided about one, in a ' +
      'session that began there; null: another act, a key, or erased.',
  })
  identityIssuer: string | null;

  @Field(() => String, { nullable: true, description: 'The person at `identityIssuer`; null as it.' })
  identitySubject: string | null;
}

export const AuditEntryConnection = connectionOf('AuditEntry', () => AuditEntryType);

@HasRole(...ROLES)
@ObjectType('OwnAuditEntry', {
  simpleResolvers: true,
  description: 'An entry of the audit trail about an act, a reading or a refusal of the caller.',
})
export class OwnAuditEntryType extends AuditEntryFields {}

export const OwnAuditEntryConnection = connectionOf('OwnAuditEntry', () => OwnAuditEntryType);
