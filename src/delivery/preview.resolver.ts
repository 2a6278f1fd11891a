import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { checkInput } from '../graphql/check-input';
import type { Context } from '../graphql/context';
import { HasRole } from '../graphql/has-role';
import { payloadOf } from '../graphql/payload';
import { answer } from '../graphql/user-error';
import { uuidOf } from '../ids';
import type { Viewer } from '../viewer';
import { type Preview, previewWebhook } from './preview';
import { PreviewWebhookInput } from './preview.inputs';
import { WebhookPreviewType } from './preview.type';
import { sampleOf } from './test-webhook.resolver';

const PreviewWebhookPayload = payloadOf('PreviewWebhook', { preview: [() => WebhookPreviewType] });

@Resolver()
export class PreviewWebhookResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PreviewWebhookPayload, {
    description:
      'Shows what a webhook, also a paused one, would make of an event that happened or of a document that is given: ' +
      'whether its condition wants it, and the request. Nothing is written or sent.',
  })
  previewWebhook(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => PreviewWebhookInput, { validate: false }) input: PreviewWebhookInput,
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
