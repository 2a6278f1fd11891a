// Rows by their ids, whatever their type is.

import { Arg, type ClassType, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { loadApproval } from '../../approvals/approval.resolver';
import { AUDIT_ENTRY } from '../../audit/api/audit-entry.resolver';
import { AuditEntryType, OwnAuditEntryType } from '../../audit/api/audit-entry.type';
import type { AuditEntryRow } from '../../audit/audit-entry.store';
import { DEAD_LETTER } from '../../delivery/api/dead-letter.resolver';
import { DELIVERY } from '../../delivery/api/delivery.resolver';
import { DeliveryType } from '../../delivery/api/delivery.type';
import { loadDocument, readDocumentId } from '../../documents/document-id';
import { BUSINESS_EVENT } from '../../events/business-event.resolver';
import { EvidenceHoleType } from '../../evidence/api/completeness.resolver';
import { loadEvidenceRun } from '../../evidence/api/verifying.resolver';
import { EvidenceFindingType } from '../../evidence/api/verifying.type';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { MASKING_RULE } from '../../masking/rules/masking-rule.resolver';
import { ERASURE } from '../../privacy/api/erasure.resolver';
import { LEGAL_HOLD } from '../../privacy/api/legal-hold.resolver';
import { REPLAY } from '../../replay/replay.resolver';
import { WEBHOOK_REQUEST_LOG } from '../../request-log/api/request-log.resolver';
import { EXPORT } from '../../request-log/export/export.resolver';
import { API_KEY } from '../../users/api-keys/api-key.resolver';
import { loadSession } from '../../users/sessions/session.resolver';
import { USER } from '../../users/user.resolver';
import { isNodeName, type NodeName, readNodeId, toNodeId, uuidOf } from '../../values/ids';
import { checkCount } from '../../values/refuse-argument';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WEBHOOK_VERSION } from '../../webhooks/versions/api/webhook-version.resolver';

const LOADERS: Record<NodeName, (context: Context, id: string) => Promise<object | null> | null> = {
  User: USER.load,
  ApiKey: API_KEY.load,
  Session: loadSession,
  Webhook: WEBHOOK.load,
  BusinessEvent: BUSINESS_EVENT.load,
  Delivery: DELIVERY.load,
  WebhookRequestLog: WEBHOOK_REQUEST_LOG.load,
  Replay: REPLAY.load,
  Approval: loadApproval,
  Export: EXPORT.load,
  AuditEntry: AUDIT_ENTRY.load,
  WebhookVersion: WEBHOOK_VERSION.load,
  MaskingRule: MASKING_RULE.load,
  LegalHold: LEGAL_HOLD.load,
  Erasure: ERASURE.load,
  DeadLetter: DEAD_LETTER.load,
  EvidenceRun: loadEvidenceRun,
};

/** The row with this id; null: there is none, or it is no id. Rows that one request asks for at the same time are read by one statement for each type. */
async function loadNode(context: Context, nodeId: string): Promise<object | null> {
  if (readDocumentId(nodeId)) return named('BusinessDocument', await loadDocument(context, nodeId));
  const read = readNodeId(nodeId);
  return read && named(read.name, await LOADERS[read.name](context, read.id));
}

function named(typeName: string, row: object | null): object | null {
  return row && { ...row, __typename: typeName };
}

const MAX_IDS = 100;

@Resolver()
export class NodeResolver {
  @HasRole(...READERS)
  @Query(() => NodeType, {
    nullable: true,
    description: withExample(
      'The object with this id; null: there is none, or it is not an id.',
      '{ node(id: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { id ... on Delivery { status } } }',
    ),
  })
  node(@Ctx() context: Context, @Arg('id', () => ID, { description: 'The id of an object of any type.' }) id: string) {
    return loadNode(context, id);
  }

  @HasRole(...READERS)
  @Query(() => [NodeType], {
    nullable: 'items',
    description: withExample(
      `Up to ${MAX_IDS} objects by their ids, in that order; null for an id without an object.`,
      '{ nodes(ids: ["usr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e"]) { __typename id } }',
    ),
  })
  nodes(
    @Ctx() context: Context,
    @Arg('ids', () => [ID], { description: `At most ${MAX_IDS} ids, of one type or several.` }) ids: string[],
  ) {
    checkCount(['ids'], ids.length, 'entries', MAX_IDS);
    return ids.map((id) => loadNode(context, id));
  }
}

// Links from an id to its row, where the row can be of several types: each guards its own fields.

function subjectOf(type: () => ClassType<object>) {
  @Resolver(type)
  class SubjectResolver {
    @FieldResolver(() => NodeType, {
      nullable: true,
      description: 'The object of the act, as it is now; null: there is none, or it was deleted or dropped.',
    })
    subject(@Root() { subjectType, subjectId }: AuditEntryRow, @Ctx() context: Context) {
      if (subjectType === null || subjectId === null || !isNodeName(subjectType)) return null;
      return loadNode(context, toNodeId(subjectType, subjectId));
    }
  }
  return SubjectResolver;
}

@Resolver(() => EvidenceFindingType)
class FindingRowResolver {
  @FieldResolver(() => NodeType, {
    nullable: true,
    description: 'The object with the id `rowId`, as it is now; null: it is gone, or the finding is not about a row.',
  })
  row(@Root() { rowId }: EvidenceFindingType, @Ctx() context: Context) {
    return rowId && loadNode(context, rowId);
  }
}

@Resolver(() => EvidenceHoleType)
class HoleRowResolver {
  @FieldResolver(() => NodeType, {
    nullable: true,
    description: 'The request; of a decision, its delivery; null: there is no such row.',
  })
  row(@Root() { rowId }: EvidenceHoleType, @Ctx() context: Context) {
    return rowId && loadNode(context, rowId);
  }

  @FieldResolver(() => DeliveryType, {
    nullable: true,
    description: 'The delivery; null: unknown or gone, or the request is a call of a partner.',
  })
  delivery(@Root() { deliveryId }: EvidenceHoleType, @Ctx() context: Context) {
    const id = deliveryId && uuidOf('Delivery', deliveryId);
    return id && DELIVERY.load(context, id);
  }
}

export const nodeLinkResolvers = [
  subjectOf(() => AuditEntryType),
  subjectOf(() => OwnAuditEntryType),
  FindingRowResolver,
  HoleRowResolver,
] as const;
