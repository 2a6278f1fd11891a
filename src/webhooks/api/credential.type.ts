import { GraphQLDateTime } from 'graphql-scalars';
import { Field, InputType, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { withCommas } from '../../values/text';
import { CLIENT_AUTHENTICATIONS, type ClientAuthentication } from '../credentials/credential-settings';
import { CREDENTIAL_KINDS, type CredentialKind } from '../credentials/webhook-credential.entity';
import {
  MAX_AUTHORITIES,
  MAX_CLIENT_ID_CHARACTERS,
  MAX_PEM_CHARACTERS,
  MAX_SCOPE_CHARACTERS,
  MAX_SECRET_CHARACTERS,
  MAX_SECRET_HEADERS,
  MAX_USER_NAME_CHARACTERS,
} from '../setting-limits';
import { AgreementInput } from './agreement.inputs';

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

const ClientAuthenticationEnum = publishEnum(
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

const NEVER_SHOWN = 'Stored encrypted; never shown, logged or recorded: request rows contain `[secret]` instead.';
const SECRET_TEXT = `The client secret, 1 to ${withCommas(MAX_SECRET_CHARACTERS)} characters. ${NEVER_SHOWN}`;

export const SECRET_HEADERS_TEXT =
  `Headers with secret values, such as API keys, at most ${MAX_SECRET_HEADERS}. Names are unique, ignoring case. ` +
  'They are sent only to the host of `url`.';
export const BASIC_AUTH_TEXT =
  'Sent as `Authorization: Basic` (RFC 7617, UTF-8). Not together with `oauth2` or a secret `authorization` header.';
export const OAUTH2_TEXT =
  'An access token is obtained with client credentials (RFC 6749, section 4.4), cached until shortly before it ' +
  'expires, and sent as `Authorization: Bearer`. If no token can be obtained, the attempt fails with ' +
  'AUTHENTICATION. Not together with `basicAuth` or a secret `authorization` header.';
export const CLIENT_CERTIFICATE_TEXT =
  'The client certificate for partners that require one (mTLS) and for the token endpoint of `oauth2`. It must not ' +
  'have expired.';

@InputType('SecretHeaderInput', { description: 'A header with a secret value.' })
export class SecretHeaderInput {
  @Field(() => String, {
    description:
      'The name: letters, digits and hyphens, at most 200 characters. Headers that Hookledger sets are refused, ' +
      'such as `host`, `content-length` and `webhook-...`.',
  })
  name: string;

  @Field(() => String, {
    nullable: true,
    description:
      `The value: 1 to ${withCommas(MAX_SECRET_CHARACTERS)} characters of Latin-1, on one line. null, only in updateWebhook and for the ` +
      `same host: keeps the stored value of this name. ${NEVER_SHOWN}`,
  })
  value?: string | null;
}

@InputType('BasicAuthInput', { description: 'HTTP Basic (RFC 7617): user name and password.' })
export class BasicAuthInput {
  @Field(() => String, {
    description: `The user name, at most ${MAX_USER_NAME_CHARACTERS} characters, without a colon. It may be empty if the password is not.`,
  })
  username: string;

  @Field(() => String, {
    description: `The password, at most ${withCommas(MAX_SECRET_CHARACTERS)} characters. ${NEVER_SHOWN}`,
  })
  password: string;
}

@InputType('OAuth2Input', {
  description: 'OAuth2 client credentials (RFC 6749, section 4.4).',
})
export class OAuth2Input {
  @Field(() => String, {
    description: 'The URL of the token endpoint. The rules for `url` apply; templates are not allowed.',
  })
  tokenUrl: string;

  @Field(() => String, { description: `The client id, 1 to ${MAX_CLIENT_ID_CHARACTERS} characters.` })
  clientId: string;

  @Field(() => String, { description: SECRET_TEXT })
  clientSecret: string;

  @Field(() => String, {
    nullable: true,
    description: `The requested scope: names separated by one space, at most ${withCommas(MAX_SCOPE_CHARACTERS)} characters.`,
  })
  scope?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The parameter `audience`, which some token endpoints require (Auth0); ' +
      `at most ${withCommas(MAX_SCOPE_CHARACTERS)} characters.`,
  })
  audience?: string | null;

  @Field(() => ClientAuthenticationEnum, {
    defaultValue: 'BASIC',
    description: 'How the client authenticates at the token endpoint. Use BASIC unless the endpoint requires BODY.',
  })
  clientAuthentication: ClientAuthentication;
}

@InputType('ClientCertificateInput', { description: 'A client certificate (mTLS) and its private key.' })
export class ClientCertificateInput {
  @Field(() => String, {
    description:
      `The certificate of the client as PEM, at most ${MAX_PEM_CHARACTERS / 1024} KiB, followed by the intermediate certificates if the ` +
      'partner needs them.',
  })
  certificate: string;

  @Field(() => String, {
    description: `The private key as PEM, at most ${MAX_PEM_CHARACTERS / 1024} KiB, not encrypted. ${NEVER_SHOWN}`,
  })
  privateKey: string;
}

@InputType('ProxyInput', { description: 'An HTTP proxy, and its credentials.' })
export class ProxyInput {
  @Field(() => String, {
    description:
      'Scheme, host and port, such as `http://proxy.example.com:3128`; http or https. No credentials, no path, no template.',
  })
  url: string;

  @Field(() => String, {
    nullable: true,
    description: `The user name, 1 to ${MAX_USER_NAME_CHARACTERS} characters without a colon; only with \`password\`. null: none is sent.`,
  })
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The password, at most ${withCommas(MAX_SECRET_CHARACTERS)} characters; only with \`username\`. ${NEVER_SHOWN}`,
  })
  password?: string | null;
}

/** How the partner is reached; the same for a new and for a changed webhook. It extends AgreementInput as request.inputs.ts does. */
@InputType()
export abstract class WebhookConnectionInput extends AgreementInput {
  @Field(() => ProxyInput, {
    nullable: true,
    description:
      'The HTTP proxy through which requests, also those for access tokens, are sent: always in a tunnel (CONNECT) to the ' +
      'address to which this server (not the proxy) resolves the host. The address guard applies to this address and to that of the proxy. ' +
      'null: none.',
  })
  proxy?: ProxyInput | null;

  @Field(() => [String], {
    nullable: true,
    description:
      `Certificates as PEM, at most ${MAX_AUTHORITIES}, one in each text, at most ${MAX_PEM_CHARACTERS / 1024} KiB in all, ` +
      'not expired. Servers whose certificate one of them has signed are trusted beside those with a public ' +
      'certificate: the partner, the token endpoint of `oauth2`, and an https `proxy`. This is the complete list; null or an ' +
      'empty list: none.',
  })
  caCertificates?: string[] | null;
}
