import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../webhook.entity';

export const SignatureSchemeEnum = publishEnum(
  'SignatureScheme',
  SIGNATURE_SCHEMES,
  'How a delivery proves where it comes from.',
  {
    V1: {
      description: '`v1` of Standard Webhooks 1.0.0: HMAC-SHA256 over id, timestamp and body, with a shared secret.',
    },
    V1A: {
      description:
        '`v1a` of Standard Webhooks 1.0.0: ed25519 over the same. Partners check it with a public key, which ' +
        '`GET /.well-known/webhook-keys` shows.',
    },
    FRAPPE: {
      description:
        '`X-Frappe-Webhook-Signature`, HMAC-SHA256 over the body alone, for receivers that were built for Frappe. It ' +
        'does not protect against repetition: use it beside V1 or V1A until they can check those.',
    },
  },
);

@HasRole(...READERS)
@ObjectType('SigningKey', {
  simpleResolvers: true,
  description: 'A secret that signs, or signed, the deliveries of a webhook: all but the secret.',
})
export class SigningKeyType {
  @Field(() => ID, { description: 'The `kid` in `/.well-known/webhook-keys`.' })
  id: string;

  @Field(() => SignatureSchemeEnum, { description: 'What it signs.' })
  scheme: SignatureScheme;

  @Field(() => GraphQLDateTime, { description: 'When it was made.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it stops or stopped to sign; null: not planned.' })
  expiresAt: Date | null;

  @Field(() => Boolean, {
    description:
      'Whether it signs now. Of several FRAPPE keys the oldest live one signs: its header has room for one signature.',
  })
  live: boolean;

  @Field(() => String, { nullable: true, description: 'V1A: `whpk_` and base64 of the 32 bytes.' })
  publicKey: string | null;
}
