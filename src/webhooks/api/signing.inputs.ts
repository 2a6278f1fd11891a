import { Field, ID, InputType, Int } from 'type-graphql';
import { rejects } from '../../graphql/arguments/check-input';
import type { SignatureScheme } from '../webhook.entity';
import { SignatureSchemeEnum } from './signing-key.type';

const MAX_OVERLAP_S = 7 * 24 * 3600;

export const SIGNATURES_TEXT = '1 to 3 of them; each adds its signature to every request.';

/** At least one scheme. @param nullable whether null stands for the default; else it is refused */
export function Signatures(nullable: boolean): PropertyDecorator {
  const given = (value: unknown) => value !== null || nullable;
  const some = (value: unknown) => value === null || (value as unknown[]).length > 0;
  return (target, property) => {
    rejects(
      'REQUIRED',
      'given',
      given,
      () => 'signatures must not be null; leave it out to keep it.',
    )(target, property);
    const message = () => 'signatures is empty: name at least one of V1, V1A and FRAPPE.';
    rejects('INVALID', 'some', some, message)(target, property);
  };
}

const isOverlap = (value: unknown) => (value as number) >= 0 && (value as number) <= MAX_OVERLAP_S;
const overlapMessage = (value: unknown) => `overlapSeconds is ${value}; it takes 0 to 604,800, which is 7 days.`;

@InputType('RotateWebhookSecretInput', { description: 'Whose secret is replaced, and how long the old one goes on.' })
export class RotateWebhookSecretInput {
  @Field(() => ID, { description: "The webhook's." })
  id: string;

  @Field(() => SignatureSchemeEnum, { defaultValue: 'V1', description: 'One of its signatures.' })
  scheme: SignatureScheme;

  @rejects('INVALID', 'overlap', isOverlap, overlapMessage)
  @Field(() => Int, {
    defaultValue: 24 * 3600,
    description:
      'How long the old secrets go on signing beside the new one: 0 to 604,800 s (7 days), default 86,400. One that was ' +
      'to end before still does. 0: they end at once, and so does what is on its way to a partner who has not changed yet.',
  })
  overlapSeconds: number;

  @Field(() => String, {
    nullable: true,
    description:
      'Your own, if you have one. V1: `whsec_` and base64 of 24 to 64 bytes. V1A: `whsk_` and base64 of the 32 or 64 ' +
      'bytes of an ed25519 secret key. FRAPPE: 1 to 200 characters. Not the one that signs ' +
      'already (CONFLICT). INCOMING: the new one of the partner, in the form of its provider; `scheme` means nothing there. ' +
      'Left out or null: a random one.',
  })
  secret?: string | null;
}
