import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType, ObjectType } from 'type-graphql';
import { ROLES } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter, IDFilter } from '../../graphql/lists/filter-inputs';
import { timeArgsOf } from '../../graphql/lists/list';
import { by, whereOf } from '../../graphql/lists/where';
import { anyIdFilter, type FieldFilter, type FilterMap } from '../../graphql/lists/where-to-sql';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { all, sqlTest } from '../../sql/condition';
import { foundByIndex } from '../../sql/walks/source';
import { ApiKeyWhere } from '../../users/api-keys/api-key.resolver';
import { UserWhere } from '../../users/user.type';
import { checkedList, refuse, storableText } from '../../values/refuse-argument';
import { ACTOR_KINDS, AUDIT_OUTCOMES } from '../audit-entry.entity';

const AuditOutcomeEnum = publishEnum('AuditOutcome', AUDIT_OUTCOMES, 'Whether an audited act was done or refused.', {
  DONE: { description: 'The act was done.' },
  DENIED: { description: 'The act was refused.' },
});

const ActorKindEnum = publishEnum('ActorKind', ACTOR_KINDS, 'The kind of the actor of an audit entry.', {
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

@InputType('CriteriaFilter', {
  description:
    'Names of documents and users, and whole texts of searches, in the criteria of an entry. If several fields are given, all must hold.',
})
export class CriteriaFilter {
  @Field(() => String, {
    nullable: true,
    description: 'The name that they contain. Texts of searches: in upper or lower case.',
  })
  contains?: string;

  @Field(() => [String], { nullable: true, description: 'They contain one of these names, at most 1,000.' })
  containsAny?: string[];
}

const AuditOutcomeFilter = enumFilter('AuditOutcome', AuditOutcomeEnum);

export const AuditEntryWhere = whereOf(
  'AuditEntryWhere',
  'audit_entries',
  'Entries of the audit trail that meet all of these conditions.',
  {
    id: by.id('AuditEntry', 'The id of the entry: { eq: "aud_..." }.'),
    action: by.text('The act: { eq: "webhook.paused" }, { startsWith: "webhook." }.'),
    actor: by.link(() => UserWhere, 'The user who acted: { name: { eq: "amina@example.com" } }.'),
    actorKind: by.value(enumFilter('ActorKind', ActorKindEnum), 'Whether a user acted, or Hookledger itself.'),
    apiKey: by.link(() => ApiKeyWhere, 'The API key with which the user acted.'),
    sessionId: by.id('Session', 'The session in which the user acted: { eq: "ses_..." }.'),
    subjectId: by.tests(
      IDFilter,
      anyIdFilter('subject_id'),
      'The id of the object of the act: { eq: "whk_..." }, { in: ["usr_...", "key_..."] }.',
    ),
    subjectType: by.text('The type of the object of the act: { eq: "Webhook" }.'),
    outcome: by.value(AuditOutcomeFilter, 'Whether the act was done or refused: { eq: DENIED }.'),
    criteria: by.tests(
      CriteriaFilter,
      namesFilter(false),
      'The names in the criteria of the entry, each as a whole: { contains: "INV-0042" } for who has read or exported lists by this ' +
        'document, or searched for it. For viewers from whom masking rules hide content, the texts of searches are not compared.',
    ),
    reason: by.text('The reason, as the user gave it.'),
    remoteAddress: by.text('The IP address of the caller: { eq: "192.0.2.7" }.'),
    requestId: by.text('The id of the HTTP request, from `x-request-id`.'),
    createdAt: by.idTime('When the act was done: { gte: "2026-03-01T00:00:00Z" }.'),
  },
);
export type AuditEntryWhere = InstanceType<typeof AuditEntryWhere>;

/** A name in the criteria, by the keys that criteria_keys() of migrations/10-privacy.sql gives them. */
function namesFilter(inTexts: boolean): FieldFilter {
  return (tests, path) =>
    all(
      Object.entries(tests).map(([test, value]) => {
        const at = [...path, test];
        const given = (test === 'containsAny' ? checkedList(value, at) : [value]) as (string | null)[];
        const names = given.map((name) => storableText(name ?? refuse(at, 'null is not a name'), at));
        const keys = names.flatMap((name) => [`d:${name}`, `u:${name}`]);
        const named = sqlTest(
          (bind) => `(criteria is not null and criteria_keys(criteria) && (${bind(keys)}::text[]
            || array(select 't:' || lower(text) from unnest(${bind(inTexts ? names : [])}::text[]) as text)))`,
        );
        return foundByIndex('audit_entries', named);
      }),
    );
}

/** @param seesAll whether nothing is masked from the viewer: texts of searches are content */
export const auditEntryFilter = (seesAll: boolean): FilterMap => ({
  ...AuditEntryWhere.filter,
  criteria: namesFilter(seesAll),
});

export const OwnAuditEntryWhere = whereOf(
  'OwnAuditEntryWhere',
  'audit_entries',
  'Entries of the audit trail that meet all of these conditions.',
  {
    action: by.text('The act: { startsWith: "webhook." }.'),
    subjectId: by.tests(IDFilter, anyIdFilter('subject_id'), 'The id of the object of the act.'),
    outcome: by.value(AuditOutcomeFilter, 'Whether the act was done or refused: { eq: DENIED }.'),
    createdAt: by.idTime('When the act was done: { gte: "2026-03-01T00:00:00Z" }.'),
  },
);
export type OwnAuditEntryWhere = InstanceType<typeof OwnAuditEntryWhere>;

export const AuditEntryListArgs = timeArgsOf(AuditEntryWhere);
export type AuditEntryListArgs = InstanceType<typeof AuditEntryListArgs>;

export const OwnAuditEntryListArgs = timeArgsOf(OwnAuditEntryWhere);
export type OwnAuditEntryListArgs = InstanceType<typeof OwnAuditEntryListArgs>;
