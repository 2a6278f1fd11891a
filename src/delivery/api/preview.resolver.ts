import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { namesIn } from '../../audit/criteria';
import { type Act, recordAct } from '../../audit/write-audit-entry';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf, refuseMasked } from '../../graphql/roles/masked';
import { answer } from '../../graphql/user-error';
import { toNodeId, uuidOf } from '../../ids';
import type { Viewer } from '../../viewer';
import { type Preview, previewWebhook } from '../commands/preview';
import type { Sample } from '../commands/test-webhook';
import { PreviewWebhookInput } from './preview.inputs';
import { WebhookPreviewType } from './preview.type';
import { sampleOf } from './test-webhook.resolver';

const PreviewWebhookPayload = payloadOf('PreviewWebhook', {
  preview: [() => WebhookPreviewType, 'The decision and the request for the event.'],
});

@Resolver()
export class PreviewWebhookResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PreviewWebhookPayload, {
    description: withExample(
      'Evaluates the condition and the templates of a webhook for a stored event or a given document, and returns the ' +
        'decision and the request. Works in any status of the webhook. Sends nothing; the audit trail has the webhook and the event.',
      'mutation {\n  previewWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", eventId: "evt_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) {\n' +
        '    preview { conditionHolds skipMessage request { method url body } } userErrors { message }\n  }\n}',
    ),
  })
  previewWebhook(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => PreviewWebhookInput, { validate: false, description: 'The webhook, and the event.' })
    input: PreviewWebhookInput,
  ) {
    return answer({ preview: null as object | null }, async () => {
      checkInput(input);
      const sample = sampleOf(input, context, info);
      if ('eventId' in sample) refuseMasked(masksOf(context), 'PreviewWebhookInput.eventId', ['input', 'eventId']);
      const id = uuidOf('Webhook', input.id);
      const user = input.user ?? null;
      const viewer = context.viewer as Viewer;
      const preview = await previewWebhook(context.db, viewer, id, sample, user);
      // committed before the answer leaves, which shows content
      const act = { action: 'webhook.previewed', subjectType: 'Webhook', subjectId: id, ...namesOf(sample, user) };
      await context.transaction((db) => recordAct(db, viewer, act));
      return { preview: shown(preview) };
    });
  }
}

/** The event and the user, for the audit trail; without content. */
function namesOf(sample: Sample, user: string | null): Pick<Act, 'criteria' | 'details'> {
  const given = 'event' in sample ? givenOf(sample.event) : {};
  const named = { ...given, ...(user !== null && { user }) };
  const criteria = Object.keys(named).length > 0 ? { criteria: { ...namesIn(named), given: named } } : {};
  if ('event' in sample) return criteria;
  return { ...criteria, details: { event: sample.eventId && toNodeId('BusinessEvent', sample.eventId) } };
}

function givenOf({
  documentType,
  event,
  referenceDocument,
}: {
  documentType: string;
  event: string;
  referenceDocument: string;
}) {
  return { documentType, event, referenceDocument };
}

function shown({ request, ...preview }: Preview): object {
  const headers = request?.headers.map(([name, value]) => ({ name, value }));
  return { ...preview, request: request && { ...request, headers } };
}
