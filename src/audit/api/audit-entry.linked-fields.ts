import { withExample } from '../../graphql/example';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { byId, link, page, pageBelow } from '../../read-plan/linked-field';
import { linkedFields, rootFields } from '../../read-plan/linked-fields';
import { rowList, rowType } from '../../read-plan/row-type';
import { all, ofOwner } from '../../sql/condition';
import { API_KEY } from '../../users/api-keys/api-key.linked-fields';
import { SESSION } from '../../users/sessions/session.linked-fields';
import { USER } from '../../users/user.linked-fields';
import { ROLES, type Viewer } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { AUDIT_ENTRIES, auditEntriesById } from '../audit-trail.store';
import { AuditEntryListArgs, auditEntryFilter, OwnAuditEntryListArgs } from './audit-entry.inputs';
import { AuditEntryConnection, AuditEntryType, OwnAuditEntryConnection, OwnAuditEntryType } from './audit-entry.type';

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
