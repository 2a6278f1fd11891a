// A link that signs the person at this machine in, once. The server that it names signs in with the key of the demo and hands the cookie
// of the session to the browser: cookies belong to a host, whatever its port. So no key is in an address, and the product needs no
// way in that a page of another site could use.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { currentMs } from '../../time/clock';

const GOOD_FOR_MS = 600_000;

export interface SignInLink {
  url: string;
  stop(): Promise<void>;
}

/** @param url of the server that is signed in at */
export async function offerSignInLink(url: string, key: string, now = currentMs): Promise<SignInLink> {
  const { hostname } = new URL(url);
  const path = `/sign-in/${randomBytes(24).toString('base64url')}`;
  const endsAt = now() + GOOD_FOR_MS;
  let isUsed = false;
  const server = createServer((request, response) => {
    if (!isSame(request.url ?? '', path)) return void answer(response, 404, 'There is nothing at this address.');
    if (request.method !== 'GET') return void answer(response, 405, 'Open it in a browser.');
    if (isUsed || now() > endsAt) {
      return void answer(
        response,
        410,
        `This link was used, or is older than 10 minutes. Sign in at ${url} with the key.`,
      );
    }
    isUsed = true;
    signIn(url, key, request).then(
      (cookie) => response.writeHead(303, { location: url, 'set-cookie': cookie, ...UNKEPT }).end(),
      (error: Error) => answer(response, 502, error.message),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, hostname, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${hostname}:${port}${path}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const UNKEPT = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...UNKEPT }).end(`${text}\n`);
}

function isSame(given: string, path: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(path)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** As a page of the server does it. @returns the cookie of the session, with its attributes */
async function signIn(url: string, key: string, { headers }: IncomingMessage): Promise<string> {
  const response = await fetch(`${url}/auth/login`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      'user-agent': headers['user-agent'] ?? 'the demo',
    },
    body: JSON.stringify({ apiKey: key }),
  });
  const cookie = response.headers.get('set-cookie');
  if (!response.ok || cookie === null) throw new Error(`The sign-in was answered with ${response.status}.`);
  return cookie;
}
