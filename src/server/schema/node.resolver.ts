import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { loadApproval } from '../../approvals/approval.linked-fields';
import { AUDIT_ENTRY } from '../../audit/api/audit-entry.linked-fields';
import { DEAD_LETTER } from '../../delivery/api/dead-letters/dead-letter.linked-fields';
import { DELIVERY } from '../../delivery/api/delivery.linked-fields';
import { readDocumentId } from '../../documents/document-id';
import { loadDocument } from '../../documents/document-node';
import { BUSINESS_EVENT } from '../../events/business-event.linked-fields';
import { loadEvidenceRun } from '../../evidence/api/verifying.resolver';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { type NodeName, readNodeId } from '../../ids';
import { MASKING_RULE } from '../../masking/rules/masking-rule.linked-fields';
import { ERASURE } from '../../privacy/api/erasure.linked-fields';
import { LEGAL_HOLD } from '../../privacy/api/legal-hold.linked-fields';
import { checkCount } from '../../refuse-argument';
import { REPLAY } from '../../replay/replay.linked-fields';
import { WEBHOOK_REQUEST_LOG } from '../../request-log/api/request-log.linked-fields';
import { EXPORT } from '../../request-log/export/export.linked-fields';
import { API_KEY } from '../../users/api-keys/api-key.linked-fields';
import { loadSession } from '../../users/sessions/session.linked-fields';
import { USER } from '../../users/user.linked-fields';
import { READERS } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WEBHOOK_VERSION } from '../../webhooks/versions/api/webhook-version.linked-fields';

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

const MAX_IDS = 100;

async function loadNode(context: Context, nodeId: string): Promise<object | null> {
  if (readDocumentId(nodeId)) return named('BusinessDocument', await loadDocument(context, nodeId));
  const read = readNodeId(nodeId);
  return read && named(read.name, await LOADERS[read.name](context, read.id));
}

function named(typeName: string, row: object | null): object | null {
  return row && { ...row, __typename: typeName };
}

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
