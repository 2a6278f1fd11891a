import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { CLIENT_AUTHENTICATIONS, type ClientAuthentication } from '../credentials/credential-settings';
import { CREDENTIAL_KINDS, type CredentialKind } from '../credentials/webhook-credential.entity';

const CredentialKindEnum = publishEnum('CredentialKind', CREDENTIAL_KINDS, "What gets a request in at the partner's.", {
  HEADER: { description: 'A header with a secret value, such as an API key.' },
  BASIC: { description: 'HTTP Basic (RFC 7617): user name and password.' },
  OAUTH2: { description: 'An access token, which OAuth2 client credentials get (RFC 6749, section 4.4).' },
  CERTIFICATE: { description: 'A client certificate (mTLS).' },
});

export const ClientAuthenticationEnum = publishEnum(
  'ClientAuthentication',
  CLIENT_AUTHENTICATIONS,
  'How the token endpoint is told who asks (RFC 6749, section 2.3.1).',
  {
    BASIC: { description: '`Authorization: Basic`, as the specification prefers.' },
    BODY: { description: '`client_id` and `client_secret` in the body, which some token endpoints want.' },
  },
);

@HasRole(...READERS)
@ObjectType('WebhookCredential', {
  simpleResolvers: true,
  description: 'Something that is sent to get in. Its secret is encrypted where it is stored, and never shown.',
})
export class WebhookCredentialType {
  @Field(() => CredentialKindEnum, { description: 'What it is; says which of the other fields have a value.' })
  kind: CredentialKind;

  @Field(() => String, {
    description: 'HEADER: its name; BASIC: the user name; OAUTH2: the client id; CERTIFICATE: its subject.',
  })
  name: string;

  @Field(() => String, { nullable: true, description: 'OAUTH2: where tokens are asked for.' })
  tokenUrl: string | null;

  @Field(() => String, { nullable: true, description: 'OAUTH2: what is asked for, names separated by spaces.' })
  scope: string | null;

  @Field(() => String, { nullable: true, description: 'OAUTH2: for whom the token is, where the endpoint asks.' })
  audience: string | null;

  @Field(() => ClientAuthenticationEnum, {
    nullable: true,
    description: 'OAUTH2: how the token endpoint is told who asks.',
  })
  clientAuthentication: ClientAuthentication | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'CERTIFICATE: from when on partners refuse it. Nobody renews it but you.',
  })
  expiresAt: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it was given; what is replaced is a new one.' })
  createdAt: Date;
}
