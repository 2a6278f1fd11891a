import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { rejects } from '../../graphql/arguments/check-input';
import { publishEnum } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { withCommas } from '../../values/text';
import { DEFAULT_OVERLAP_S, MAX_OVERLAP_S } from '../setting-limits';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../webhook.entity';

export const SignatureSchemeEnum = publishEnum('SignatureScheme', SIGNATURE_SCHEMES, 'How deliveries are signed.', {
  V1: {
    description: '`v1` of Standard Webhooks 1.0.0: HMAC-SHA256 of id, timestamp and body, with a shared secret.',
  },
  V1A: {
    description:
      '`v1a` of Standard Webhooks 1.0.0: an ed25519 signature of id, timestamp and body. Partners verify it with ' +
      'the public key that `GET /.well-known/webhook-keys` returns.',
  },
  FRAPPE: {
    description:
      '`X-Frappe-Webhook-Signature`, HMAC-SHA256 of only the body, for receivers that were built for Frappe. It ' +
      'does not protect against replay: use it together with V1 or V1A until the receivers can verify those.',
  },
});

@HasRole(...READERS)
@ObjectType('SigningKey', {
  simpleResolvers: true,
  description: 'A current or expired key that signs the deliveries of a webhook. The secret itself is not shown.',
})
export class SigningKeyType {
  @Field(() => ID, { description: 'The id of the key, which is its `kid` in `/.well-known/webhook-keys`.' })
  id: string;

  @Field(() => SignatureSchemeEnum, { description: 'The signature scheme of the key.' })
  scheme: SignatureScheme;

  @Field(() => GraphQLDateTime, { description: 'When the key was created.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the key stops or stopped signing; null: never.' })
  expiresAt: Date | null;

  @Field(() => Boolean, {
    description:
      'Whether the key has not expired. A live key signs; of several live FRAPPE keys only the oldest signs, ' +
      'because the header contains one signature.',
  })
  live: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'V1A: the public key, `whpk_` and base64 of 32 bytes; null for other schemes.',
  })
  publicKey: string | null;
}

export const SIGNATURES_TEXT = 'The signature schemes, 1 to 3; each one adds a signature to every request.';

/** Requires at least one scheme. @param nullable whether null means the default; otherwise null is refused */
export function Signatures(nullable: boolean): PropertyDecorator {
  const given = (value: unknown) => value !== null || nullable;
  const some = (value: unknown) => value === null || (value as unknown[]).length > 0;
  return (target, property) => {
    rejects(
      'REQUIRED',
      'given',
      given,
      () => 'signatures must not be null; omit it to keep the current value.',
    )(target, property);
    const message = () => 'signatures is empty: name at least one of V1, V1A and FRAPPE.';
    rejects('INVALID', 'some', some, message)(target, property);
  };
}

export const OVERLAP_TEXT = `in seconds, 0 to ${withCommas(MAX_OVERLAP_S)} (7 days). Default: ${withCommas(DEFAULT_OVERLAP_S)}.`;

/** How long what is replaced still works. */
export const Overlap = () =>
  rejects(
    'INVALID',
    'overlap',
    (value) => (value as number) >= 0 && (value as number) <= MAX_OVERLAP_S,
    (value) => `overlapSeconds is ${value}; it must be 0 to ${withCommas(MAX_OVERLAP_S)}, which is 7 days.`,
  );

@InputType('RotateWebhookSecretInput', {
  description: 'The webhook whose secret is replaced, and how long the old secrets still sign.',
})
export class RotateWebhookSecretInput {
  @Field(() => ID, { description: 'The id of the webhook, `whk_...`.' })
  id: string;

  @Field(() => SignatureSchemeEnum, {
    defaultValue: 'V1',
    description: 'The signature scheme whose secret is replaced. INCOMING: ignored.',
  })
  scheme: SignatureScheme;

  @Overlap()
  @Field(() => Int, {
    defaultValue: DEFAULT_OVERLAP_S,
    description:
      `How long the old secrets still sign, ${OVERLAP_TEXT} A secret that ` +
      'expires earlier still does. 0: they end at once; a partner who still uses an old secret then refuses every ' +
      'delivery.',
  })
  overlapSeconds: number;

  @Field(() => String, {
    nullable: true,
    description:
      'The new secret. V1: `whsec_` and base64 of 24 to 64 bytes. V1A: `whsk_` and base64 of the 32 or 64 bytes of ' +
      'an ed25519 secret key. FRAPPE: 1 to 200 characters. The secret that already signs is refused with CONFLICT. ' +
      'INCOMING: the new secret of the partner, in the form of the provider. Default, null: a random secret.',
  })
  secret?: string | null;
}
