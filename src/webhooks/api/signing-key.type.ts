import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
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
