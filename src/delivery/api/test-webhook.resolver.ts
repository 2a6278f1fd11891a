import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { InputError, type UserError } from '../../errors';
import { exactArgument } from '../../graphql/arguments/exact-argument';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { uuidOf } from '../../ids';
import type { Viewer } from '../../viewer';
import { type Sample, testWebhook } from '../commands/test-webhook';
import type { DeliveryRow } from '../delivery.store';
import { DeliveryType } from './delivery.type';
import { TestWebhookInput } from './test-webhook.inputs';

const TestWebhookPayload = payloadOf('TestWebhook', {
  delivery: [() => DeliveryType, 'The delivery, PENDING, with `test` true. Query it again for the outcome.'],
});

const SAMPLE_FIELDS = ['documentType', 'event', 'referenceDocument', 'data'] as const;

@Resolver()
export class TestWebhookResolver {
  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => TestWebhookPayload, {
    description: withExample(
      'Sends one real request to this webhook now, signed and logged like any other, with the additional header ' +
        '`webhook-test: true`. It is not retried. Works also if the webhook is paused or disabled. CONFLICT: the condition is ' +
        'false, a template fails or all deliveries are paused (`pauseDeliveries`), with the reason; nothing is sent.',
      'mutation {\n  testWebhook(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", eventId: "evt_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) {\n' +
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
      const sample = sampleOf(input, context, info);
      const id = uuidOf('Webhook', input.id);
      const viewer = context.viewer as Viewer;
      return { delivery: await testWebhook(context, viewer, id, sample) };
    });
  }
}

/** @throws InputError unless either eventId or the fields of a document are given */
export function sampleOf(input: TestWebhookInput, context: Context, info: GraphQLResolveInfo): Sample {
  const { eventId, documentType, event, referenceDocument } = input;
  const isGiven = (field: (typeof SAMPLE_FIELDS)[number]) => input[field] !== undefined && input[field] !== null;
  if (eventId !== undefined && eventId !== null) {
    const beside = SAMPLE_FIELDS.filter(isGiven).map(fault('INVALID', 'cannot be combined with eventId'));
    if (beside.length > 0) throw new InputError(beside);
    return { eventId: uuidOf('BusinessEvent', eventId) };
  }
  const data = exactArgument(info, context.variables(), ['input', 'data']);
  const missing = SAMPLE_FIELDS.filter((field) => !isGiven(field)).map(
    fault('REQUIRED', 'is required without eventId'),
  );
  if (missing.length > 0 || !data) throw new InputError(missing);
  return {
    event: {
      documentType: documentType as string,
      event: event as string,
      referenceDocument: referenceDocument as string,
      data,
    },
  };
}

function fault(code: UserError['code'], what: string): (field: string) => UserError {
  return (field) => ({ field: [field], code, message: `${field} ${what}.` });
}
