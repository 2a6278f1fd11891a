import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { recordAct } from '../../audit/write-audit-entry';
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
      const details = namesOf(sample);
      const act = { action: 'webhook.previewed', subjectType: 'Webhook', subjectId: id, details };
      await context.transaction((db) => recordAct(db, viewer, act));
      return { preview: shown(preview) };
    });
  }
}

/** The event, for the audit trail; without its content. */
function namesOf(sample: Sample): Record<string, unknown> {
  if (!('event' in sample)) return { event: sample.eventId && toNodeId('BusinessEvent', sample.eventId) };
  const { documentType, event, referenceDocument } = sample.event;
  return { given: { documentType, event, referenceDocument } };
}

function shown({ request, ...preview }: Preview): object {
  const headers = request?.headers.map(([name, value]) => ({ name, value }));
  return { ...preview, request: request && { ...request, headers } };
}
