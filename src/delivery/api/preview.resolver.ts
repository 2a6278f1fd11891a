import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { uuidOf } from '../../ids';
import type { Viewer } from '../../viewer';
import { type Preview, previewWebhook } from '../commands/preview';
import { PreviewWebhookInput } from './preview.inputs';
import { WebhookPreviewType } from './preview.type';
import { sampleOf } from './test-webhook.resolver';

const PreviewWebhookPayload = payloadOf('PreviewWebhook', {
  preview: [() => WebhookPreviewType, 'What the webhook would make of it.'],
});

@Resolver()
export class PreviewWebhookResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PreviewWebhookPayload, {
    description: withExample(
      'Shows what a webhook, also a paused one, would make of an event that happened or of a document that is given: ' +
        'whether its condition wants it, and the request. Nothing is written or sent.',
      'mutation {\n  previewWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", eventId: "evt_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) {\n' +
        '    preview { conditionHolds skipMessage request { method url body } } userErrors { message }\n  }\n}',
    ),
  })
  previewWebhook(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => PreviewWebhookInput, { validate: false, description: 'Which webhook, and for what.' })
    input: PreviewWebhookInput,
  ) {
    return answer({ preview: null as object | null }, async () => {
      checkInput(input);
      const sample = sampleOf(input, context, info);
      const id = uuidOf('Webhook', input.id);
      const user = input.user ?? null;
      return { preview: shown(await previewWebhook(context.db, context.viewer as Viewer, id, sample, user)) };
    });
  }
}

function shown({ request, ...preview }: Preview): object {
  const headers = request?.headers.map(([name, value]) => ({ name, value }));
  return { ...preview, request: request && { ...request, headers } };
}
