import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { EXPIRING_KINDS, type ExpiringKind } from './expiring-secrets.store';

export const ExpiringSecretKindEnum = publishEnum('ExpiringSecretKind', EXPIRING_KINDS, 'What expires.', {
  SIGNING_KEY: {
    description:
      'A key that signs deliveries and was replaced by a rotation. Before it expires, the partner must verify ' +
      'with its successor.',
  },
  VERIFICATION_KEY: {
    description:
      'A key that verifies calls and was replaced by a rotation. Before it expires, the partner must sign with ' +
      'its successor.',
  },
  INCOMING_ADDRESS: {
    description:
      'An address for calls that was replaced by a rotation. Before it expires, the partner must call its ' +
      'successor.',
  },
  CLIENT_CERTIFICATE: { description: 'The client certificate of a webhook (mTLS). Attempts fail once it has expired.' },
  CA_CERTIFICATE: { description: 'A certificate authority that a webhook trusts. Attempts fail once it has expired.' },
  API_KEY: { description: 'A key of the API. Its calls are refused once it has expired.' },
});

@HasRole(...READERS)
@ObjectType('ExpiringSecret', {
  simpleResolvers: true,
  description: 'A key, an address or a certificate that stops working at a known time. Its secret is not shown.',
})
export class ExpiringSecretType {
  @Field(() => ExpiringSecretKindEnum, { description: 'What expires.' })
  kind: ExpiringKind;

  @Field(() => String, {
    nullable: true,
    description: 'The subject of a certificate, such as "CN=ledger", or the label of an API key; null: another kind.',
  })
  name: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it expires; of a certificate also when it expired.' })
  expiresAt: Date;
}

export const ExpiringSecretConnection = connectionOf('ExpiringSecret', () => ExpiringSecretType);
