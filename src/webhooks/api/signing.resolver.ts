import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { currentTime } from '../../clock';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/payload';
import { loaderFor } from '../../graphql/per-request';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { uuidOf } from '../../ids';
import type { Viewer } from '../../viewer';
import { rotateWebhookSecret } from '../changes/secret-rotation';
import { MAX_LIVE_KEYS } from '../signing/signatures';
import { keyIdOf, writePublicKey } from '../signing/signing-secret';
import { type SigningKeyRow, signingKeysOf } from '../signing/webhook-secret.store';
import type { WebhookRow } from '../webhook.store';
import { RotateWebhookSecretInput } from './signing.inputs';
import { SigningKeyType } from './signing-key.type';
import { WebhookType } from './webhook.type';

const MAX_KEYS = 20;

const RotateWebhookSecretPayload = payloadOf('RotateWebhookSecret', {
  webhook: [() => WebhookType, 'The webhook as it is now.'],
  secret: [
    () => String,
    'The new secret, shown this once: V1 `whsec_...`; FRAPPE: its text, unless it was yours. V1A has none to show.',
  ],
  publicKey: [() => String, 'V1A: the new public key, `whpk_...`; also at `/.well-known/webhook-keys`.'],
});

@Resolver(() => WebhookType)
export class SigningResolver {
  @FieldResolver(() => [SigningKeyType], {
    nullable: true,
    description: `OUTGOING: newest first, all live ones, of which there are at most ${MAX_LIVE_KEYS}, and the latest of the others, ${MAX_KEYS} in all.`,
  })
  async signingKeys(@Root() row: WebhookRow, @Ctx() context: Context) {
    if (row.direction === 'INCOMING') return null;
    return (await keysLoader(context).load(row.id)) ?? [];
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => RotateWebhookSecretPayload, {
    description: withExample(
      'A new secret signs at once, the old ones beside it until the overlap is over; receivers accept any that matches. ' +
        `CONFLICT when the webhook would have more than ${MAX_LIVE_KEYS} live keys. FRAPPE: its header has room for one ` +
        'signature, so the new secret signs when the overlap is over.',
      'mutation { rotateWebhookSecret(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", overlapSeconds: 3600 }) { secret userErrors { message } } }',
    ),
  })
  rotateWebhookSecret(
    @Ctx() context: Context,
    @Arg('input', () => RotateWebhookSecretInput, { description: 'Which webhook, and how long both sign.' })
    input: RotateWebhookSecretInput,
  ) {
    const nothing = {
      webhook: null as WebhookRow | null,
      secret: null as string | null,
      publicKey: null as string | null,
    };
    return answer(nothing, async () => {
      checkInput(input);
      const { keyring } = context.services.webhookRules;
      const id = uuidOf('Webhook', input.id);
      return context.transaction((db) => rotateWebhookSecret(db, context.viewer as Viewer, keyring, id, input));
    });
  }
}

@Resolver(() => SigningKeyType)
export class SigningKeyResolver {
  @FieldResolver(() => ID)
  id(@Root() key: SigningKeyRow) {
    return keyIdOf(key.id);
  }
}

function keysLoader(context: Context) {
  return loaderFor(context, 'SigningKeys', async (webhookIds) => {
    const now = currentTime();
    const rows = await signingKeysOf(context.db, webhookIds, now, MAX_KEYS);
    return Map.groupBy(
      rows.map((row) => withState(row, now)),
      (row) => row.webhookId,
    );
  });
}

function withState(row: SigningKeyRow, now: Date) {
  const live = row.expiresAt === null || row.expiresAt > now;
  return { ...row, scheme: row.kind, live, publicKey: row.publicKey && writePublicKey(row.publicKey) };
}
