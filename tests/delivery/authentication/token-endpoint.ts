import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { httpPartner } from '../partner';

export interface TokenRequest {
  headers: IncomingHttpHeaders;
  form: URLSearchParams;
}

export interface TokenEndpoint {
  url: string;
  requests: TokenRequest[];
  /** How the next requests are answered; by default with `token-1`, `token-2` ..., each good for an hour. */
  answerWith(answer: (response: ServerResponse, n: number) => void): void;
}

export function tokenAnswer(response: ServerResponse, body: object | string, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export const tokenNumber = (n: number, more: object = {}) => ({
  access_token: `token-${n}`,
  token_type: 'Bearer',
  expires_in: 3600,
  ...more,
});

/** A real token endpoint for client credentials. */
export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const requests: TokenRequest[] = [];
  let answer = (response: ServerResponse, n: number) => tokenAnswer(response, tokenNumber(n));
  const { url } = await httpPartner(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push({ headers: request.headers, form: new URLSearchParams(Buffer.concat(chunks).toString()) });
    answer(response, requests.length);
  });
  return {
    url: `${url}/token`,
    requests,
    answerWith: (next) => {
      answer = next;
    },
  };
}
