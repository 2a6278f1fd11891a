import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { CLIENT_AUTHENTICATIONS, type ClientAuthentication } from '../credentials/credential-settings';
import { CREDENTIAL_KINDS, type CredentialKind } from '../credentials/webhook-credential.entity';

const CredentialKindEnum = publishEnum(
  'CredentialKind',
  CREDENTIAL_KINDS,
  'The kind of a credential that is sent to the partner.',
  {
    HEADER: { description: 'A header with a secret value, such as an API key.' },
    BASIC: { description: 'HTTP Basic (RFC 7617): user name and password.' },
    OAUTH2: { description: 'An access token, obtained with OAuth2 client credentials (RFC 6749, section 4.4).' },
    CERTIFICATE: { description: 'A client certificate (mTLS).' },
  },
);

export const ClientAuthenticationEnum = publishEnum(
  'ClientAuthentication',
  CLIENT_AUTHENTICATIONS,
  'How the client authenticates at the token endpoint (RFC 6749, section 2.3.1).',
  {
    BASIC: { description: '`Authorization: Basic`, which the specification prefers.' },
    BODY: { description: '`client_id` and `client_secret` in the body, which some token endpoints require.' },
  },
);

@HasRole(...READERS)
@ObjectType('WebhookCredential', {
  simpleResolvers: true,
  description: 'A credential that is sent to the partner. Its secret is stored encrypted and never shown.',
})
export class WebhookCredentialType {
  @Field(() => CredentialKindEnum, {
    description: 'The kind of the credential, which determines the fields that have a value.',
  })
  kind: CredentialKind;

  @Field(() => String, {
    description: 'HEADER: the header name; BASIC: the user name; OAUTH2: the client id; CERTIFICATE: the subject.',
  })
  name: string;

  @Field(() => String, { nullable: true, description: 'OAUTH2: the URL of the token endpoint; null for other kinds.' })
  tokenUrl: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'OAUTH2: the requested scope, names separated by spaces; null: none.',
  })
  scope: string | null;

  @Field(() => String, { nullable: true, description: 'OAUTH2: the requested audience; null: none.' })
  audience: string | null;

  @Field(() => ClientAuthenticationEnum, {
    nullable: true,
    description: 'OAUTH2: how the client authenticates at the token endpoint; null for other kinds.',
  })
  clientAuthentication: ClientAuthentication | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'CERTIFICATE: when the certificate expires. It is not renewed automatically. null for other kinds.',
  })
  expiresAt: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When the credential was set. Replacing a credential sets a new time.' })
  createdAt: Date;
}

@HasRole(...READERS)
@ObjectType('WebhookProxy', {
  simpleResolvers: true,
  description: 'The HTTP proxy through which a webhook is sent. Its password is stored encrypted and never shown.',
})
export class WebhookProxyType {
  @Field(() => String, { description: 'Scheme, host and port of the proxy.' })
  url: string;

  @Field(() => String, { nullable: true, description: 'The user name at the proxy; null: it requires none.' })
  username: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the proxy was set.' })
  createdAt: Date;
}

@HasRole(...READERS)
@ObjectType('TrustedCertificate', {
  simpleResolvers: true,
  description: 'A certificate authority that a webhook trusts beside the public ones.',
})
export class TrustedCertificateType {
  @Field(() => String, { description: 'The subject, on one line, at most 500 characters.' })
  subject: string;

  @Field(() => GraphQLDateTime, {
    description: 'When the certificate expires. Then attempts fail with TLS, until it is replaced.',
  })
  expiresAt: Date;

  @Field(() => String, { description: 'SHA-256 of the certificate: 64 hexadecimal digits.' })
  fingerprint: string;
}
