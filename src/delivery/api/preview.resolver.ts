import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { namesIn } from '../../audit/criteria';
import { recordOncePerWindow } from '../../audit/notes/audit-notes';
import { type Act, recordAct } from '../../audit/write-audit-entry';
import { InputError, inputError } from '../../errors/errors';
import { checkInput } from '../../graphql/arguments/check-input';
import { exactArgument } from '../../graphql/arguments/exact-argument';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf, refuseMasked } from '../../graphql/roles/masked';
import { answer, payloadOf } from '../../graphql/user-error';
import type { ExactValue } from '../../json/json-part';
import { toNodeId, uuidOf } from '../../values/ids';
import { type DraftFault, draftFault } from '../../webhooks/changes/draft-webhook';
import { type Preview, type Previewed, previewWebhook } from '../commands/preview';
import { LOOKED_AT, MAX_RECENT, recentOutcomes } from '../commands/recent-outcomes.store';
import { type Sample, testWebhook } from '../commands/test-webhook';
import type { DeliveryRow } from '../delivery.store';
import { DeliveryType } from './delivery.type';
import {
  type EventSample,
  PreviewOutcomeType,
  PreviewWebhookInput,
  TestWebhookInput,
  WebhookPreviewType,
} from './preview.type';

const PreviewWebhookPayload = payloadOf('PreviewWebhook', {
  preview: [() => WebhookPreviewType, 'The decision and the request for the event.'],
});

@Resolver(() => WebhookPreviewType)
export class PreviewWebhookResolver {
  @FieldResolver(() => [PreviewOutcomeType], {
    nullable: true,
    description:
      `What the webhook would have done with the newest events that it is for, at most ${MAX_RECENT} of the newest ` +
      `${LOOKED_AT.toLocaleString('en')} of all, newest first, as many as have 4 MiB of documents; null: there are \`faults\`. Only ` +
      'conditions and templates are evaluated. FORBIDDEN: masking rules hide content from you.',
  })
  recent(@Root() { webhook }: Preview, @Ctx() context: Context) {
    if (!webhook) return null;
    refuseMasked(masksOf(context), 'WebhookPreview.recent', ['recent']);
    return recentOutcomes(context.db, webhook);
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => PreviewWebhookPayload, {
    description: withExample(
      'Evaluates the condition and the templates of a webhook, or of a draft, for a stored event or a given document, and returns ' +
        'the decision and the request. Works in any status of the webhook. Sends and changes nothing; the audit trail has the webhook ' +
        'and the event: of a draft, one entry for each event and 15 minutes.',
      'mutation {\n  previewWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", draft: { condition: "doc.grand_total > 40000" } }) {\n' +
        '    preview { faults { field line column message } recent { outcome skipMessage } } userErrors { message }\n  }\n}',
    ),
  })
  previewWebhook(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => PreviewWebhookInput, { validate: false, description: 'The webhook or draft, and the event.' })
    input: PreviewWebhookInput,
  ) {
    return answer({ preview: null as object | null }, async () => {
      checkInput(input);
      const previewed = previewedOf(input, context, info);
      const { sample, draft } = previewed;
      if (sample && 'eventId' in sample) {
        refuseMasked(masksOf(context), 'EventSample.eventId', ['input', 'sample', 'eventId']);
      }
      const viewer = context.viewer as Viewer;
      const given = draft ? faultsGiven(draft) : [];
      const policy = context.services.webhookRules.targetPolicy;
      const preview = await previewWebhook(context.db, viewer, policy, previewed, given);
      // committed before the answer leaves, which shows content
      await context.transaction((db) => (draft ? recordOncePerWindow : recordAct)(db, viewer, actOf(previewed)));
      return { preview: shown(preview) };
    });
  }
}

function previewedOf(input: PreviewWebhookInput, context: Context, info: GraphQLResolveInfo): Previewed {
  const { id, draft = null, sample, user = null } = input;
  if (typeof id !== 'string' && !draft) throw inputError(['id'], 'REQUIRED', 'Give id, draft or both.');
  return {
    id: typeof id === 'string' ? uuidOf('Webhook', id) : undefined,
    draft,
    sample: sample ? sampleOf(sample, context, info) : null,
    userName: user,
  };
}

/** What is wrong with single values of the draft, which is an answer and no error. */
function faultsGiven(draft: object): DraftFault[] {
  try {
    checkInput(draft);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.errors.map(({ field, message }) => draftFault(field ?? [], message));
    throw error;
  }
}

function actOf({ id, draft, sample, userName }: Previewed): Act {
  const subject = id ? { subjectType: 'Webhook', subjectId: id } : { subjectType: null, subjectId: null };
  const given = sample && 'event' in sample ? givenOf(sample.event) : {};
  const named = { ...given, ...(userName !== null && { user: userName }) };
  const stored = sample && 'eventId' in sample ? sample.eventId : null;
  const details = {
    ...(draft && { draft: true }),
    ...(stored !== null && { event: toNodeId('BusinessEvent', stored) }),
  };
  return {
    action: 'webhook.previewed',
    ...subject,
    // without content
    ...(Object.keys(named).length > 0 && { criteria: { ...namesIn(named), given: named } }),
    ...(Object.keys(details).length > 0 && { details }),
  };
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

const TestWebhookPayload = payloadOf('TestWebhook', {
  delivery: [() => DeliveryType, 'The delivery, PENDING, with `test` true. Query it again for the outcome.'],
});

@Resolver()
export class TestWebhookResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => TestWebhookPayload, {
    description: withExample(
      'Sends one real request to this webhook now, signed and logged like any other, with the additional header ' +
        '`webhook-test: true`. It is not retried. Works also if the webhook is paused or disabled. CONFLICT: the condition is ' +
        'false, a template fails or all deliveries are paused (`pauseDeliveries`), with the reason; nothing is sent.',
      'mutation {\n  testWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", sample: { eventId: "evt_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" } }) {\n' +
        '    delivery { id status } userErrors { message }\n  }\n}',
    ),
  })
  testWebhook(
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg('input', () => TestWebhookInput, { validate: false, description: 'The webhook, and the event.' })
    input: TestWebhookInput,
  ) {
    return answer({ delivery: null as DeliveryRow | null }, async () => {
      const sample = sampleOf(input.sample, context, info);
      const id = uuidOf('Webhook', input.id);
      const viewer = context.viewer as Viewer;
      return { delivery: await testWebhook(context, viewer, id, sample) };
    });
  }
}

/** The data of an event that is given, with its exact text. */
function sampleOf({ eventId, given }: EventSample, context: Context, info: GraphQLResolveInfo): Sample {
  if (!given) return { eventId: uuidOf('BusinessEvent', eventId ?? '') };
  const data = exactArgument(info, context.variables(), ['input', 'sample', 'given', 'data']);
  return { event: { ...given, data: data as ExactValue } };
}
