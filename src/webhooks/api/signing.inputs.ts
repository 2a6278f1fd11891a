import { Field, ID, InputType, Int } from 'type-graphql';
import { rejects } from '../../graphql/arguments/check-input';
import { withCommas } from '../../text';
import { DEFAULT_OVERLAP_S, MAX_OVERLAP_S } from '../setting-limits';
import type { SignatureScheme } from '../webhook.entity';
import { SignatureSchemeEnum } from './signing-key.type';

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
