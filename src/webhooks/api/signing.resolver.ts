import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { checkInput } from '../../graphql/arguments/check-input';
import { type Context, loaderFor } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { currentTime } from '../../time/clock';
import { uuidOf } from '../../values/ids';
import { rotateWebhookSecret } from '../changes/rotation';
import { MAX_LIVE_KEYS } from '../setting-limits';
import { keyIdOf, writePublicKey } from '../signing/signing-secret';
import { type SigningKeyRow, signingKeysOf } from '../signing/webhook-secret.store';
import type { WebhookRow } from '../webhook.store';
import { RotateWebhookSecretInput, SigningKeyType } from './signing.type';
import { WebhookType } from './webhook.type';

const MAX_KEYS = 20;

const RotateWebhookSecretPayload = payloadOf('RotateWebhookSecret', {
  webhook: [() => WebhookType, 'The webhook after the change.'],
  secret: [
    () => String,
    'The new secret. It is shown only here. V1: `whsec_...`; FRAPPE: the text, if it was generated; V1A: null.',
  ],
  publicKey: [
    () => String,
    'V1A: the new public key, `whpk_...`. It is also published at `/.well-known/webhook-keys`.',
  ],
});

@Resolver(() => WebhookType)
export class SigningResolver {
  @FieldResolver(() => [SigningKeyType], {
    nullable: true,
    description:
      `OUTGOING: all live keys, at most ${MAX_LIVE_KEYS}, and the latest expired ones, newest first, at most ` +
      `${MAX_KEYS} in all. null for INCOMING.`,
  })
  async signingKeys(@Root() row: WebhookRow, @Ctx() context: Context) {
    if (row.direction === 'INCOMING') return null;
    return (await keysLoader(context).load(row.id)) ?? [];
  }

  @HasRole('SYSTEM_MANAGER', 'INTEGRATION_MANAGER')
  @Mutation(() => RotateWebhookSecretPayload, {
    description: withExample(
      'Creates a new secret. It signs at once, together with the old secrets until the overlap ends; receivers ' +
        'accept any signature that matches. Refused with CONFLICT if the webhook would have more than ' +
        `${MAX_LIVE_KEYS} live keys. FRAPPE: the header contains only one signature, so the new secret signs when ` +
        'the overlap ends.',
      'mutation { rotateWebhookSecret(input: { id: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", overlapSeconds: 3600 }) ' +
        '{ secret userErrors { message } } }',
    ),
  })
  rotateWebhookSecret(
    @Ctx() context: Context,
    @Arg('input', () => RotateWebhookSecretInput, {
      description: 'The webhook, and how long the old secrets still sign.',
    })
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
