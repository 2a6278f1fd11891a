import { createAuthorizedSender } from '../../../src/delivery/authentication/authorize';
import {
  type Credentials,
  NO_CREDENTIALS,
  type OAuth2Client,
} from '../../../src/delivery/authentication/decrypt-credentials';
import type { OutgoingRequest, SenderOptions, SendResult } from '../../../src/delivery/http/send';
import { newId } from '../../../src/values/ids';
import { httpPartner, localSender } from '../partner';
import type { TokenEndpoint } from './token-endpoint';

export const SECRET = 'client-secret-4711';

/** A partner that keeps the `authorization` of each request; `none` where a request has none. */
export interface AuthorizedPartner {
  url: string;
  authorizations: string[];
  /** Answers 401 from now on. */
  refusesTokens: boolean;
}

export async function startAuthorizedPartner(): Promise<AuthorizedPartner> {
  const partner: AuthorizedPartner = { url: '', authorizations: [], refusesTokens: false };
  const { url } = await httpPartner((request, response) => {
    partner.authorizations.push(request.headers.authorization ?? 'none');
    response.writeHead(partner.refusesTokens ? 401 : 200).end('ok');
  });
  return Object.assign(partner, { url });
}

export function oauth2Credentials(endpoint: TokenEndpoint, more: Partial<OAuth2Client> = {}): Credentials {
  const client: OAuth2Client = {
    id: newId(),
    tokenUrl: endpoint.url,
    clientId: 'our-client.id_1',
    clientSecret: SECRET,
    scope: null,
    audience: null,
    clientAuthentication: 'BASIC',
    ...more,
  };
  return { ...NO_CREDENTIALS, oauth2: client, secrets: [SECRET] };
}

/** @param partner what is called, unless a request names another URL */
export function authorizedSender(partner: { url: string }, options: SenderOptions = {}) {
  const send = createAuthorizedSender(localSender(options));
  return (credentials: Credentials, request: Partial<OutgoingRequest> = {}): Promise<SendResult> =>
    send(
      {
        method: 'POST',
        url: partner.url,
        headers: [['x-a', '1']],
        body: Buffer.from('{}'),
        timeoutMs: 60_000,
        ...request,
      },
      credentials,
    );
}
