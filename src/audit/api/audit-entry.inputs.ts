import { ArgsType, Field, InputType } from 'type-graphql';
import { Combinable } from '../../graphql/lists/combinable';
import { DateTimeFilter, enumFilter, IDFilter, StringFilter, WHERE_TEXT } from '../../graphql/lists/filter-inputs';
import { TimePageArgs } from '../../graphql/lists/time-order';
import {
  anyIdFilter,
  exactFilter,
  type FieldFilter,
  type FilterMap,
  idFilter,
  idTimeFilter,
  linkFilter,
  textFilter,
} from '../../graphql/lists/where-to-sql';
import { checkedList, refuse, storableText } from '../../refuse-argument';
import { all, sqlTest } from '../../sql/condition';
import { foundByIndex } from '../../sql/walks/by-index';
import { API_KEY_FILTER, ApiKeyWhere } from '../../users/api-keys/api-key-where.inputs';
import { USER_FILTER, UserWhere } from '../../users/user.inputs';
import { ActorKindEnum, AuditOutcomeEnum } from './audit-entry.type';

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
const ActorKindFilter = enumFilter('ActorKind', ActorKindEnum);

@Combinable()
@InputType('AuditEntryWhere', { description: 'Entries of the audit trail that meet all of these conditions.' })
export class AuditEntryWhere {
  @Field(() => IDFilter, { nullable: true, description: 'The id of the entry: { eq: "aud_..." }.' })
  id?: IDFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The act: { eq: "webhook.paused" }, { startsWith: "webhook." }.',
  })
  action?: StringFilter;

  @Field(() => UserWhere, { nullable: true, description: 'The user who acted: { name: { eq: "amina@example.com" } }.' })
  actor?: UserWhere;

  @Field(() => ActorKindFilter, { nullable: true, description: 'Whether a user acted, or Hookledger itself.' })
  actorKind?: InstanceType<typeof ActorKindFilter>;

  @Field(() => ApiKeyWhere, { nullable: true, description: 'The API key with which the user acted.' })
  apiKey?: ApiKeyWhere;

  @Field(() => IDFilter, {
    nullable: true,
    description: 'The session in which the user acted: { eq: "ses_..." }.',
  })
  sessionId?: IDFilter;

  @Field(() => IDFilter, {
    nullable: true,
    description: 'The id of the object of the act: { eq: "whk_..." }, { in: ["usr_...", "key_..."] }.',
  })
  subjectId?: IDFilter;

  @Field(() => StringFilter, {
    nullable: true,
    description: 'The type of the object of the act: { eq: "Webhook" }.',
  })
  subjectType?: StringFilter;

  @Field(() => AuditOutcomeFilter, {
    nullable: true,
    description: 'Whether the act was done or refused: { eq: DENIED }.',
  })
  outcome?: InstanceType<typeof AuditOutcomeFilter>;

  @Field(() => CriteriaFilter, {
    nullable: true,
    description:
      'The names in the criteria of the entry, each as a whole: { contains: "INV-0042" } for who has read or exported lists by this ' +
      'document, or searched for it. For viewers from whom masking rules hide content, the texts of searches are not compared.',
  })
  criteria?: CriteriaFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The reason, as the user gave it.' })
  reason?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The IP address of the caller: { eq: "192.0.2.7" }.' })
  remoteAddress?: StringFilter;

  @Field(() => StringFilter, { nullable: true, description: 'The id of the HTTP request, from `x-request-id`.' })
  requestId?: StringFilter;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When the act was done: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;
}

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
  ...AUDIT_ENTRY_FILTER,
  criteria: namesFilter(seesAll),
});

const AUDIT_ENTRY_FILTER: FilterMap = {
  id: idFilter('AuditEntry'),
  action: textFilter('action'),
  actor: linkFilter('actor_id', 'users', () => USER_FILTER),
  actorKind: exactFilter('actor_kind'),
  apiKey: linkFilter('api_key_id', 'api_keys', () => API_KEY_FILTER),
  sessionId: idFilter('Session', 'session_id'),
  subjectId: anyIdFilter('subject_id'),
  subjectType: textFilter('subject_type'),
  outcome: exactFilter('outcome'),
  reason: textFilter('reason'),
  remoteAddress: textFilter('remote_address'),
  requestId: textFilter('request_id'),
  createdAt: idTimeFilter(),
};

@Combinable()
@InputType('OwnAuditEntryWhere', { description: 'Entries of the audit trail that meet all of these conditions.' })
export class OwnAuditEntryWhere {
  @Field(() => StringFilter, { nullable: true, description: 'The act: { startsWith: "webhook." }.' })
  action?: StringFilter;

  @Field(() => IDFilter, { nullable: true, description: 'The id of the object of the act.' })
  subjectId?: IDFilter;

  @Field(() => AuditOutcomeFilter, {
    nullable: true,
    description: 'Whether the act was done or refused: { eq: DENIED }.',
  })
  outcome?: InstanceType<typeof AuditOutcomeFilter>;

  @Field(() => DateTimeFilter, {
    nullable: true,
    description: 'When the act was done: { gte: "2026-03-01T00:00:00Z" }.',
  })
  createdAt?: DateTimeFilter;
}

@ArgsType()
export class AuditEntryListArgs extends TimePageArgs {
  @Field(() => AuditEntryWhere, { nullable: true, description: WHERE_TEXT })
  where?: AuditEntryWhere;
}

@ArgsType()
export class OwnAuditEntryListArgs extends TimePageArgs {
  @Field(() => OwnAuditEntryWhere, { nullable: true, description: WHERE_TEXT })
  where?: OwnAuditEntryWhere;
}
