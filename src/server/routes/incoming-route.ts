import { createHash, X509Certificate } from 'node:crypto';
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config';
import type { Answer } from '../../incoming/answer';
import { MAX_CALL_BYTES } from '../../incoming/call-limits';
import type { Found, Receiver } from '../../incoming/receive';
import { isDatabaseUnavailable, isLockTimeout, isStatementTimeout, whyUnavailable } from '../../sql/database-errors';
import { newId } from '../../values/ids';
import type { HeaderPairs } from '../../values/text';
import { type ClientCertificate, headerValues } from '../../verification/call';
import { isEmptyStatus } from '../../webhooks/incoming/agreement-rules';
import { createBudget } from '../edge/concurrency-limiter';
import { closeUnread, faultOf, Refusal } from '../edge/http-errors';
import { createQueryTimeLimit, type QueryTimeLimit } from '../edge/query-time-limit';
import { addressRange } from '../edge/rate-limits';
import { type BodyTime, readBody } from '../edge/read-body';

/** Limits on the calls in progress in this process. A call beyond them gets 503 with `Retry-After`. */
export interface ReceivingLimits {
  readonly time: BodyTime;
  /**
   * Time limit for the database: callers time out, and call again beside their first call, so they are answered before
   * that.
   */
  readonly databaseMs: number;
  readonly calls: Shares;
  readonly bytes: Shares;
}

/** One webhook and one address range may use a share of it, so that neither stops the others. */
export interface Shares {
  readonly all: number;
  readonly ofWebhook: number;
  readonly ofSource: number;
}

const MIB = 1024 * 1024;

export const RECEIVING_LIMITS: ReceivingLimits = {
  time: { mostMs: 10_000, slowAfterMs: 3_000, bytesPerSecond: 500 },
  databaseMs: 9_000,
  calls: { all: 2_000, ofWebhook: 500, ofSource: 1_000 },
  bytes: { all: 128 * MIB, ofWebhook: 32 * MIB, ofSource: 64 * MIB },
};

/** Responses are data for a partner's program: a browser that opens the address must run nothing of them. */
const CONTENT_SECURITY_POLICY = "default-src 'none'; sandbox";

/** The path for the server's log without the token: readers of the log must not be able to call in a partner's name. */
export function shownPath(url: string): string {
  const [path = ''] = url.split('?', 1);
  return path.startsWith('/in/') || TOKEN.test(decoded(path)) ? '/in/[token]' : path;
}

/** Also found in a path that is not served. */
const TOKEN = /in_[0-9A-Za-z]{20}/;

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * Serves `POST /in/:token`, the calls of partners. 2xx means that the call and its event are committed; 503 with
 * `Retry-After` that they are not, because the database is away or too many calls are in progress.
 */
export function serveIncoming(
  server: FastifyInstance,
  config: Pick<Config, 'clientCertHeader' | 'trustedProxies'> & OwnAddress,
  receiver: Receiver,
  limits: ReceivingLimits = RECEIVING_LIMITS,
): void {
  const receiving = { config, certificates: createCertificateReader(config.trustedProxies), receiver, limits };
  const underWay = createUnderWay(limits);
  let closing = false;
  // otherwise Node waits over a minute for more data on the connection
  const closeSpent = (request: FastifyRequest, reply: FastifyReply) =>
    closing ? reply.header('connection', 'close') : closeUnread(request, reply);
  server.register(async (scope) => {
    scope.addHook('preClose', async () => {
      closing = true;
    });
    // Fastify refuses content types without a parser; we read the real one from rawHeaders
    scope.addHook('onRequest', ({ raw }, reply, done) => {
      raw.headers['content-type'] = 'application/octet-stream';
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY).header('x-content-type-options', 'nosniff');
      done();
    });
    scope.removeAllContentTypeParsers();
    // we read the body ourselves, unchanged
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.route<CallRequest>({
      method: ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: '/in/:token',
      handler: async (_request, reply) => {
        reply.header('allow', 'POST');
        throw faultOf(405);
      },
    });
    scope.post<CallRequest>('/in/:token', async (request, reply) => {
      const holding = underWay.enter(request.ip);
      const timeLimit = createQueryTimeLimit(limits.databaseMs);
      try {
        const answer = await answerTo(request, receiving, holding, timeLimit);
        closeSpent(request, reply);
        return answer === null ? reply.callNotFound() : send(reply, answer);
      } catch (error) {
        closeSpent(request, reply);
        const fault = asTemporary(error);
        if (fault instanceof Refusal && fault.code === 'UNAVAILABLE') receiver.countUnavailable();
        throw fault;
      } finally {
        // a call without an answer is still held by the recorder
        void timeLimit.ended().then(() => holding.end());
      }
    });
  });
}

interface CallRequest {
  Params: { token: string };
}

/** The address under which partners call: PUBLIC_URL, or that at which the server listens, never the `Host` of a call. */
export interface OwnAddress {
  ownUrl(): string;
}

interface Receiving {
  config: Pick<Config, 'clientCertHeader'> & OwnAddress;
  certificates: CertificateReader;
  receiver: Receiver;
  limits: ReceivingLimits;
}

/** @returns null: there is no such address. @throws Refusal 503 */
async function answerTo(
  request: FastifyRequest<CallRequest>,
  { config, certificates, receiver, limits }: Receiving,
  holding: UnderWay,
  timeLimit: QueryTimeLimit,
): Promise<Answer | null> {
  const { token } = request.params;
  // the id contains the time at which the call began
  const id = newId();
  if (!holding.isWithin) throw tooBusy();
  const found = answered(await timeLimit.for(receiver.find(token)));
  if (!found) return null;
  const about = { id, token, ...describe(request, config, certificates) };
  if (found.shut) {
    return answered(await timeLimit.for(receiver.refuseUnread({ ...about, ...UNREAD }, found, found.shut)));
  }
  const call = { ...about, ...(await readCall(request, found, holding, limits)) };
  const hold = (bytes: number) => {
    if (!holding.takeBytes(bytes)) throw tooBusy();
  };
  return answered(await timeLimit.for(receiver.receive(call, found, hold)));
}

const UNREAD = { body: Buffer.alloc(0), bodyBytes: 0, shortfall: null };

/** @throws Refusal 503 if too many calls are in progress */
async function readCall(request: FastifyRequest, found: Found, holding: UnderWay, { time }: ReceivingLimits) {
  if (!holding.countFor(found.settings.webhook.id)) throw tooBusy();
  const limits = { mostBytes: MAX_CALL_BYTES, time, hold: holding.takeBytes };
  const { body, bytes, shortfall } = await readBody(request.raw, limits);
  if (shortfall === 'NO_ROOM') throw tooBusy();
  return { body, bodyBytes: bytes, shortfall };
}

/** One call in progress, and its part of the budgets. */
interface UnderWay {
  /** Whether the budgets had room for it. */
  readonly isWithin: boolean;
  /** @returns false if too many calls of this webhook are in progress */
  countFor(webhookId: string): boolean;
  /** @returns false if there is no room for them */
  takeBytes(bytes: number): boolean;
  end(): void;
}

function createUnderWay({ calls, bytes }: ReceivingLimits): { enter(address: string): UnderWay } {
  const ofCalls = createBudget(calls.all);
  const ofBytes = createBudget(bytes.all);
  return {
    enter(address) {
      const [call, body] = [ofCalls.open(), ofBytes.open()];
      const source = `from ${addressRange(address)}`;
      call.countFor(source, calls.ofSource);
      body.countFor(source, bytes.ofSource);
      return {
        isWithin: call.take(1),
        countFor: (id) => body.countFor(id, bytes.ofWebhook) && call.countFor(id, calls.ofWebhook),
        takeBytes: body.take,
        end() {
          call.end();
          body.end();
        },
      };
    },
  };
}

function describe(
  request: FastifyRequest,
  { ownUrl, clientCertHeader }: Pick<Config, 'clientCertHeader'> & OwnAddress,
  certificates: CertificateReader,
) {
  const headers = pairsOf(request.raw.rawHeaders);
  const shown = clientCertHeader === null ? [] : headerValues({ headers }, clientCertHeader);
  return {
    method: request.method,
    url: `${ownUrl()}${pathOf(request.raw.url ?? '')}`,
    headers,
    certificate: shown.length === 0 ? null : certificates.read(shown, request.raw.socket.remoteAddress),
    remoteAddress: addressOf(request),
  };
}

// A trusted proxy may pass on an X-Forwarded-For that contains no address.
function addressOf({ ip, raw }: FastifyRequest): string | null {
  return isIP(ip ?? '') > 0 ? ip : (raw.socket.remoteAddress ?? null);
}

// RFC 9112, section 3.2.2: a proxy may write the absolute URL into the request line.
function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/?#]*/i, '');
}

function pairsOf(raw: readonly string[]): HeaderPairs {
  const pairs: HeaderPairs = [];
  for (let at = 0; at + 1 < raw.length; at += 2) pairs.push([raw[at] as string, raw[at + 1] as string]);
  return pairs;
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  for (const [name, value] of headers) reply.header(name, value);
  if (isEmptyStatus(status)) return reply.code(status).send();
  // Node sends text together with the headers, and bytes by themselves; but Fastify adds a charset to text whose type has none
  const isNamed = headers.some(([name, value]) => name === 'content-type' && value.endsWith('; charset=utf-8'));
  return reply.code(status).send(isNamed ? body : Buffer.from(body));
}

function tooBusy(): Refusal {
  const message = 'Too many calls are in progress: send it again.';
  return new Refusal('UNAVAILABLE', message, 503);
}

function answered<T>(outcome: { value: T } | null): T {
  if (outcome !== null) return outcome.value;
  const message = 'The database does not answer, so it is not known whether the call was recorded. Send it again.';
  throw new Refusal('UNAVAILABLE', message, 503);
}

function asTemporary(error: unknown): unknown {
  // after a lock, the recorder has tried again for a second or two
  if (!isDatabaseUnavailable(error) && !isStatementTimeout(error) && !isLockTimeout(error)) return error;
  const message = `The call was not recorded: ${whyUnavailable(error)}. Send it again.`;
  return Object.assign(new Refusal('UNAVAILABLE', message, 503), { cause: error });
}

// Reads the client certificate that a trusted proxy passes on in a header.

interface CertificateReader {
  /** null: the peer is no trusted proxy, or the value is no certificate. @param peer the other end of the connection */
  read(values: readonly string[], peer: string | undefined): ClientCertificate | null;
}

/** @param trustedProxies addresses and CIDRs; the header of any other peer is ignored */
function createCertificateReader(trustedProxies: readonly string[]): CertificateReader {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', bits] = proxy.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(bits), family);
  }
  const isTrusted = (peer: string) => {
    const plain = peer.replace(/^::ffff:(?=\d+\.)/i, '');
    return trusted.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
  };
  return {
    read(values, peer) {
      // two of them: one may be the caller's own
      if (values.length !== 1 || peer === undefined || !isTrusted(peer)) return null;
      return certificateIn(values[0] as string);
    },
  };
}

// RFC 9440, section 2.1: base64 of DER between colons; nginx and AWS: PEM, percent-encoded; others: PEM on one line
function certificateIn(value: string): ClientCertificate | null {
  try {
    const der = /^\s*:([A-Za-z0-9+/=]+):\s*$/.exec(value)?.[1];
    const certificate = new X509Certificate(der === undefined ? pemOf(value) : Buffer.from(der, 'base64'));
    return {
      fingerprint: createHash('sha256').update(certificate.raw).digest(),
      subject: certificate.subject.replaceAll('\n', ', '),
      validFrom: Date.parse(certificate.validFrom),
      validTo: Date.parse(certificate.validTo),
    };
  } catch {
    return null;
  }
}

function pemOf(value: string): string {
  const text = value.includes('%') ? decodeURIComponent(value) : value;
  const base64 = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(text)?.[1] ?? '';
  const lines = base64.replace(/\s+/g, '').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
