// What is secret of a webhook. It is in the memory of the page alone, and never kept with a draft.
import type { ClientAuthentication, CreateWebhookInput } from '../../api/generated/documents';
import { pairsIn } from './form-values';

/** KEEP: what is stored stays. NONE: there is none, or it is removed. */
export type Choice = 'KEEP' | 'SET' | 'NONE';

export interface Credentials {
  secret: string;
  frappeSecret: string;
  headersChoice: Choice;
  /** `Name: value`, one on each line; without a value, the stored one of this name stays. */
  headers: string;
  basicChoice: Choice;
  username: string;
  password: string;
  oauth2Choice: Choice;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  scope: string;
  audience: string;
  clientAuthentication: ClientAuthentication;
  certificateChoice: Choice;
  certificate: string;
  privateKey: string;
  proxyChoice: Choice;
  proxyUrl: string;
  proxyUsername: string;
  proxyPassword: string;
  authoritiesChoice: Choice;
  authorities: string;
}

/** @param choice KEEP where a webhook is changed, NONE for a new one */
export function untouched(choice: Choice): Credentials {
  return {
    secret: '',
    frappeSecret: '',
    headersChoice: choice,
    headers: '',
    basicChoice: choice,
    username: '',
    password: '',
    oauth2Choice: choice,
    tokenUrl: '',
    clientId: '',
    clientSecret: '',
    scope: '',
    audience: '',
    clientAuthentication: 'BASIC',
    certificateChoice: choice,
    certificate: '',
    privateKey: '',
    proxyChoice: choice,
    proxyUrl: '',
    proxyUsername: '',
    proxyPassword: '',
    authoritiesChoice: choice,
    authorities: '',
  };
}

type CredentialInputs = Pick<
  CreateWebhookInput,
  | 'secret'
  | 'frappeSecret'
  | 'secretHeaders'
  | 'basicAuth'
  | 'oauth2'
  | 'clientCertificate'
  | 'proxy'
  | 'caCertificates'
>;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

const orNull = (text: string) => (text.trim() === '' ? null : text.trim());

/** What of it is sent. */
export function credentialInputs(of: Credentials): CredentialInputs {
  const chosen = <Value>(choice: Choice, name: keyof CredentialInputs, value: () => Value) => {
    if (choice === 'KEEP') return {};
    return { [name]: choice === 'SET' ? value() : null };
  };
  return {
    ...(of.secret !== '' && { secret: of.secret }),
    ...(of.frappeSecret !== '' && { frappeSecret: of.frappeSecret }),
    ...chosen(of.headersChoice, 'secretHeaders', () =>
      pairsIn(of.headers).map(({ name, value }) => ({ name, value: value === '' ? null : value })),
    ),
    ...chosen(of.basicChoice, 'basicAuth', () => ({ username: of.username, password: of.password })),
    ...chosen(of.oauth2Choice, 'oauth2', () => ({
      tokenUrl: of.tokenUrl.trim(),
      clientId: of.clientId.trim(),
      clientSecret: of.clientSecret,
      scope: orNull(of.scope),
      audience: orNull(of.audience),
      clientAuthentication: of.clientAuthentication,
    })),
    ...chosen(of.certificateChoice, 'clientCertificate', () => ({
      certificate: of.certificate,
      privateKey: of.privateKey,
    })),
    ...chosen(of.proxyChoice, 'proxy', () => ({
      url: of.proxyUrl.trim(),
      username: orNull(of.proxyUsername),
      password: of.proxyPassword === '' ? null : of.proxyPassword,
    })),
    // a text without a certificate is refused by the API, which says so
    ...chosen(of.authoritiesChoice, 'caCertificates', () => of.authorities.match(CERTIFICATE) ?? [of.authorities]),
  };
}
