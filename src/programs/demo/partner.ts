import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A partner's server on this machine: verifies every call with the `standardwebhooks` package, and fails at times. */
export interface Partner {
  url(path: string): string;
  expect(path: string, secret: string, statusFor: StatusFor): void;
  /** The numbers of calls with a valid and with an invalid signature. */
  counts: { verified: number; forged: number };
  stop(): Promise<void>;
}

/** The HTTP status of the answer; both arguments count from 1, deliveries in order of arrival. */
type StatusFor = (deliveryNumber: number, attempt: number) => 200 | 500 | 503;

// only the first deliveries are refused, so that the demo ends in time with any number of documents
export const refusesSome: StatusFor = (delivery, attempt) =>
  delivery < 9 && delivery % 3 === 1 && attempt === 1 ? 503 : 200;
export const refusesFirstTwo: StatusFor = (delivery) => (delivery <= 2 ? 500 : 200);
export const acceptsAll: StatusFor = () => 200;

const ANSWERS = {
  200: { message: 'thank you' },
  500: { message: 'we have lost our database' },
  503: { message: 'we are restarting, come back later' },
};

interface Desk {
  webhook: Webhook;
  statusFor: StatusFor;
  /** By webhook-id: the number of the delivery, and of its attempts. */
  seen: Map<string, { number: number; attempts: number }>;
}

export async function startPartner(): Promise<Partner> {
  const desks = new Map<string, Desk>();
  const counts = { verified: 0, forged: 0 };
  const server = createServer((request, response) => {
    const desk = desks.get(request.url ?? '');
    bodyOf(request).then(
      (body) => (desk ? answer(desk, request, body, response, counts) : response.writeHead(404).end()),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    expect: (path, secret, statusFor) => desks.set(path, { webhook: new Webhook(secret), statusFor, seen: new Map() }),
    counts,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  desk: Desk,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  counts: Partner['counts'],
): void {
  try {
    desk.webhook.verify(body, request.headers as Record<string, string>);
  } catch {
    counts.forged += 1;
    response.writeHead(401).end();
    return;
  }
  counts.verified += 1;
  const id = String(request.headers['webhook-id']);
  const known = desk.seen.get(id) ?? { number: desk.seen.size + 1, attempts: 0 };
  known.attempts += 1;
  desk.seen.set(id, known);
  const status = desk.statusFor(known.number, known.attempts);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(ANSWERS[status]));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

// The other direction: the partner calls us correctly, once more with the same call, and with a wrong signature.

export interface Calls {
  /** The statuses of the answers: accepted, repeated, refused. */
  statuses: number[];
}

/** The name of its webhook. */
export const BANK = 'The bank';

const PAYMENT = {
  type: 'payment.settled',
  timestamp: '2026-03-04T09:30:00.000Z',
  data: { object: { id: 'PAY-0017' }, amount: '48000.50', currency: 'EUR' },
};

/** Creates an INCOMING webhook for a bank, and makes three calls to it. */
export async function callAsBank(client: Client): Promise<Calls> {
  const { createWebhook: made } = await client.ask<{
    createWebhook: { secret: string; address: string; userErrors: { message: string }[] };
  }>(
    `mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret address userErrors { message } } }`,
    JSON.stringify({
      input: {
        name: BANK,
        direction: 'INCOMING',
        documentType: 'Payment Entry',
        referenceLocation: { from: 'JSON', name: '$.data.object.id' },
      },
    }),
  );
  if (made.userErrors.length > 0) throw new Error(made.userErrors.map((error) => error.message).join('\n'));
  const signer = new Webhook(made.secret);
  const body = JSON.stringify(PAYMENT);
  const id = `msg_${Date.now()}`;
  const call = async (signed: string) => {
    const at = new Date();
    const headers = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer.sign(id, at, signed),
    };
    return (await fetch(made.address, { method: 'POST', headers, body })).status;
  };
  return { statuses: [await call(body), await call(body), await call(body.replace('48000.50', '1.00'))] };
}

/** A client of the API over HTTP, with a key. */
export interface Client {
  /** @param variables JSON text, because amounts must not be converted to doubles */
  ask<Data>(query: string, variables?: string): Promise<Data>;
}

interface Answer {
  data?: unknown;
  errors?: { message: string }[];
}

export function createClient(url: string, key: string): Client {
  return {
    async ask<Data>(query: string, variables = '{}') {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
      });
      const answer = (await response.json()) as Answer;
      if (answer.errors) throw new Error(answer.errors.map((error) => error.message).join('\n'));
      return answer.data as Data;
    },
  };
}
