import { GraphQLJSON } from 'graphql-scalars';
import { type ClassType, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { CONTENT_READERS, ROLES, type Viewer } from '../../access/viewer';
import { withExample } from '../../graphql/directives';
import { byTime } from '../../graphql/lists/list';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { Masked, masksOf } from '../../graphql/roles/masked';
import { byId, link, linkedFields, page, pageBelow, rootFields } from '../../read-plan/linked-fields';
import { type RowSource, rawJson, rowList, rowType, type SqlFields } from '../../read-plan/sql-fields';
import { all, ofOwner } from '../../sql/condition';
import { jsonOf, literal, nodeIdOf } from '../../sql/json-sql';
import { API_KEY } from '../../users/api-keys/api-key.resolver';
import { SESSION } from '../../users/sessions/session.resolver';
import { USER } from '../../users/user.resolver';
import { ID_PREFIXES, isNodeName, toNodeId } from '../../values/ids';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { AUDIT_ENTRIES, type AuditEntryRow, auditEntriesById } from '../audit-entry.store';
import { type EntryDetails, readDetails } from '../write-audit-entry';
import {
  AuditEntryConnection,
  AuditEntryListArgs,
  AuditEntryType,
  auditEntryFilter,
  OwnAuditEntryConnection,
  OwnAuditEntryListArgs,
  OwnAuditEntryType,
} from './audit-entry.type';

const PREFIXES = Object.entries(ID_PREFIXES).map(
  ([name, prefix]) => `when ${literal(name)} then ${literal(`${prefix}_`)}`,
);

function subjectId(row: RowSource): string {
  const prefix = `case ${row.column('subject_type')} ${PREFIXES.join(' ')} end`;
  return `${prefix} || encode(uuid_send(${row.column('subject_id')}), 'hex')`;
}

function sessionId(row: RowSource): string {
  return `${literal(`${ID_PREFIXES.Session}_`)} || encode(uuid_send(${row.column('session_id')}), 'hex')`;
}

// both as texts: their numbers are read as they stand there
const detailed = (part: keyof EntryDetails) =>
  rawJson(
    (row) => `json_build_object('details', ${row.column('details')}, 'criteria', ${row.column('criteria')})`,
    (raw) => readDetails(raw as { details: string | null; criteria: string | null })[part],
  );

const fields: SqlFields['fields'] = {
  subjectId: { kind: 'value', json: (row) => jsonOf(subjectId(row), true) },
  sessionId: { kind: 'value', json: (row) => jsonOf(sessionId(row), true) },
  before: detailed('before'),
  after: detailed('after'),
  details: detailed('others'),
  criteria: detailed('criteria'),
};

export const auditEntrySqlFields: readonly SqlFields[] = [
  { type: 'AuditEntry', fields },
  {
    type: 'OwnAuditEntry',
    fields: {
      ...fields,
      id: { kind: 'value', json: (row) => nodeIdOf(ID_PREFIXES.AuditEntry, row.column('id')) },
    },
  },
];

export const AUDIT_ENTRY = rowType('AuditEntry', () => AuditEntryType, AUDIT_ENTRIES, auditEntriesById);
const OWN_AUDIT_ENTRY = rowType('OwnAuditEntry', () => OwnAuditEntryType, AUDIT_ENTRIES, auditEntriesById);

const entries = rowList(AUDIT_ENTRY, {
  connection: () => AuditEntryConnection,
  args: () => AuditEntryListArgs,
  listQuery: (args, context) => ({
    listing: AUDIT_ENTRIES,
    condition: conditionOf(args.where, auditEntryFilter(masksOf(context).seesAll)),
    order: byTime('AuditEntry', args.orderBy),
    args,
  }),
});

const ownEntries = rowList(OWN_AUDIT_ENTRY, {
  connection: () => OwnAuditEntryConnection,
  args: () => OwnAuditEntryListArgs,
  listQuery: (args, context) => ({
    listing: AUDIT_ENTRIES,
    condition: all([
      ofOwner('actor_id', (context.viewer as Viewer).userId),
      conditionOf(args.where, auditEntryFilter(masksOf(context).seesAll)),
    ]),
    order: byTime('AuditEntry', args.orderBy),
    args,
  }),
});

const access = HasRole('SYSTEM_MANAGER', 'AUDITOR');

export const auditEntryLinkedFields = [
  rootFields({
    auditEntry: byId(AUDIT_ENTRY, 'The id of the entry, `aud_...`.', {
      access,
      description: withExample(
        'The entry of the audit trail with this id; null: there is none.',
        '{ auditEntry(id: "aud_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { action createdAt actor { name } reason before after } }',
      ),
    }),
    auditEntries: page(entries, {
      access,
      description: withExample(
        'The audit trail, newest first.',
        '{ auditEntries(where: { action: { startsWith: "webhook." }, createdAt: { gte: "2026-03-01T00:00:00Z" } }) { nodes { createdAt ' +
          'action actor { name } subjectId reason before after } totalCount } }',
      ),
    }),
    myAuditEntries: page(ownEntries, {
      access: HasRole(...ROLES),
      description: withExample(
        'The entries of the audit trail about your own acts, with any of your keys and sessions, newest first.',
        '{ myAuditEntries(first: 10) { nodes { createdAt action subjectType subjectId outcome reason } } }',
      ),
    }),
  }),
  linkedFields(AUDIT_ENTRY, {
    actor: link(
      USER,
      'actorId',
      'The user who acted; null: Hookledger itself, or a caller who could not be identified.',
    ),
    apiKey: link(API_KEY, 'apiKeyId', 'The API key with which the user acted; null: none was used.'),
    session: link(
      SESSION,
      'sessionId',
      'The session in which the user acted; null: none was used, or it is deleted. Sessions are deleted 7 days ' +
        'after they expire.',
    ),
  }),
  linkedFields(OWN_AUDIT_ENTRY, {}),
  linkedFields(WEBHOOK, {
    auditEntries: pageBelow(entries, 'subject_id', {
      access,
      description:
        'The acts on this webhook, newest first: who changed, paused and resumed it, with the values before and ' +
        'after.',
    }),
  }),
  linkedFields(USER, {
    auditEntries: pageBelow(entries, 'actor_id', {
      access,
      description:
        'The acts, readings and refusals of this user, newest first. For acts on the user, such as changes of ' +
        'roles, see auditEntries(where: { subjectId: { eq: "usr_..." } }).',
    }),
  }),
];

// the fields that both types compute
function resolverFor(type: () => ClassType<object>) {
  @Resolver(type)
  class EntryResolver {
    @FieldResolver(() => ID, { description: '`aud_` and 32 hexadecimal digits; never changes.' })
    id(@Root() row: AuditEntryRow) {
      return toNodeId('AuditEntry', row.id);
    }

    @FieldResolver(() => ID, {
      nullable: true,
      description: 'The id of the object of the act, for `node`; null: there is none, or it is an id of another kind.',
    })
    subjectId(@Root() { subjectType, subjectId }: AuditEntryRow) {
      return subjectType && subjectId && isNodeName(subjectType) ? toNodeId(subjectType, subjectId) : null;
    }

    @FieldResolver(() => ID, {
      nullable: true,
      description:
        'The id of the session in which the user acted, `ses_...`; null: an API key alone, or Hookledger itself. ' +
        'Sessions are deleted 7 days after they expire; their ids stay here.',
    })
    sessionId(@Root() { sessionId }: AuditEntryRow) {
      return sessionId && toNodeId('Session', sessionId);
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description:
        'The earlier values of the fields that the change concerned; secrets as fingerprints. null: there are ' +
        'none, as in entries that are about no change.',
    })
    before(@Root() row: AuditEntryRow) {
      return readDetails(row).before;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description:
        'The new values of the fields that the change concerned; secrets as fingerprints. null: there are none, ' +
        'as in entries that are about no change.',
    })
    after(@Root() row: AuditEntryRow) {
      return readDetails(row).after;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description: 'Further facts, as an object whose keys depend on `action`; null: none.',
    })
    details(@Root() row: AuditEntryRow) {
      return readDetails(row).others;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description:
        'The values of filters and the names that the caller gave, as they were given: `filter` of a reading, `where` of an ' +
        'export, a replay or a bundle, `given` of a preview; `documents`, `users` and `texts` (of searches) are the names in them, ' +
        'by which `AuditEntryWhere.criteria` finds the entry. null: none, or they are erased.',
    })
    criteria(@Root() row: AuditEntryRow) {
      return readDetails(row).criteria;
    }
  }
  return EntryResolver;
}

export const AuditEntryResolver = resolverFor(() => AuditEntryType);
export const OwnAuditEntryResolver = resolverFor(() => OwnAuditEntryType);
