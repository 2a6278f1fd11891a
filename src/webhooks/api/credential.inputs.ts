import { Field, InputType } from 'type-graphql';
import { MAX_SECRET, MAX_SECRET_HEADERS } from '../credentials/credential-rules';
import type { ClientAuthentication } from '../credentials/credential-settings';
import { ClientAuthenticationEnum } from './credential.type';

const NEVER_SHOWN = 'Encrypted where it is stored; never shown, logged or recorded: request rows have `[secret]`.';
const SECRET_TEXT = `1 to ${MAX_SECRET} characters. ${NEVER_SHOWN}`;

export const SECRET_HEADERS_TEXT =
  `At most ${MAX_SECRET_HEADERS} headers whose values nobody may read, such as API keys; names count once, whatever ` +
  'their case. They go to the host of `url` alone.';
export const BASIC_AUTH_TEXT =
  'Sent as `Authorization: Basic` (RFC 7617, UTF-8). Not together with `oauth2` or a secret `authorization` header.';
export const OAUTH2_TEXT =
  'An access token is got with client credentials (RFC 6749, section 4.4), kept until shortly before it expires, and ' +
  'sent as `Authorization: Bearer`. When none is to be had, the attempt fails with AUTHENTICATION. Not together with ' +
  '`basicAuth` or a secret `authorization` header.';
export const CLIENT_CERTIFICATE_TEXT =
  'Shown to a partner that asks for one (mTLS), and to the token endpoint of `oauth2`. It must not have expired.';

@InputType('SecretHeaderInput', { description: 'A header whose value nobody may read.' })
export class SecretHeaderInput {
  @Field(() => String, {
    description:
      'Letters, digits and hyphens, at most 200 characters. Not what Hookledger sets itself: `host`, `content-length`, ' +
      '`webhook-...` and the like.',
  })
  name: string;

  @Field(() => String, {
    nullable: true,
    description:
      `1 to ${MAX_SECRET} characters of Latin-1, on one line. null, in updateWebhook: the value that is stored under ` +
      `this name, for the same host. ${NEVER_SHOWN}`,
  })
  value?: string | null;
}

@InputType('BasicAuthInput', { description: 'HTTP Basic (RFC 7617): user name and password.' })
export class BasicAuthInput {
  @Field(() => String, { description: 'At most 255 characters, no colon. May be empty when the password is not.' })
  username: string;

  @Field(() => String, { description: `At most ${MAX_SECRET} characters. ${NEVER_SHOWN}` })
  password: string;
}

@InputType('OAuth2Input', {
  description: 'OAuth2 client credentials (RFC 6749, section 4.4): where a token is got, and as whom.',
})
export class OAuth2Input {
  @Field(() => String, { description: 'The token endpoint: a URL by the same rules as `url`, but no template.' })
  tokenUrl: string;

  @Field(() => String, { description: '1 to 500 characters.' })
  clientId: string;

  @Field(() => String, { description: SECRET_TEXT })
  clientSecret: string;

  @Field(() => String, { nullable: true, description: 'Names with one space between them, at most 1,000 characters.' })
  scope?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Sent as `audience`, for endpoints that ask for it (Auth0); at most 1,000 characters.',
  })
  audience?: string | null;

  @Field(() => ClientAuthenticationEnum, {
    defaultValue: 'BASIC',
    description: 'How the token endpoint is told who asks; BASIC unless its manual says otherwise.',
  })
  clientAuthentication: ClientAuthentication;
}

@InputType('ClientCertificateInput', { description: 'A client certificate (mTLS) and its private key.' })
export class ClientCertificateInput {
  @Field(() => String, {
    description:
      "PEM, at most 64 KiB: the client's own certificate, behind it those that lead to its authority, where the " +
      'partner needs them.',
  })
  certificate: string;

  @Field(() => String, { description: `PEM, at most 64 KiB, not encrypted. ${NEVER_SHOWN}` })
  privateKey: string;
}
