// Reads the body of a request as it is on the wire, bounded in bytes and time regardless of its announced length.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { credentialId } from '../../access/viewer';
import { AppError, quoted } from '../../errors/errors';
import { MAX_COST } from '../../graphql/limits/cost-plan';
import type { Shortfall } from '../../incoming/accept-or-refuse';
import { countParts, MAX_MEMBERS } from '../../json/json-size';
import { readJsonText } from '../../json/json-text';
import { nextTurn } from '../../json/turns';
import { withCommas } from '../../values/text';
import { createBudget, type Holding } from './concurrency-limiter';
import { faultOf, Refusal, tooMany } from './http-errors';
import { addressRange } from './rate-limits';

export interface ReadBody {
  readonly body: Buffer;
  /** The number of bytes received. */
  readonly bytes: number;
  /** null: the body is complete. NO_ROOM: the process holds too much at this moment. */
  readonly shortfall: Shortfall | 'NO_ROOM' | null;
}

export interface BodyLimits {
  readonly mostBytes: number;
  readonly time: BodyTime;
  /** Called for each further number of bytes; returns false if there is no room for them. */
  hold(bytes: number): boolean;
}

export interface BodyTime {
  /** The time limit of the whole body. */
  readonly mostMs: number;
  /** After this time the average must be `bytesPerSecond`, so that a stalled body ends before `mostMs`. */
  readonly slowAfterMs: number;
  readonly bytesPerSecond: number;
}

const CHECK_MS = 1_000;

/** Never rejects. */
export function readBody(message: IncomingMessage, { mostBytes, time, hold }: BodyLimits): Promise<ReadBody> {
  const collected = createCollected(mostBytes);
  const begun = performance.now();
  let bytes = 0;
  return new Promise((resolve) => {
    const end = (shortfall: ReadBody['shortfall']) => {
      clearTimeout(timer);
      message.off('data', take).off('end', ended).off('close', closed).off('error', closed);
      // the rest is ignored; an error without a listener would end the process
      message.on('error', () => undefined);
      if (shortfall !== null) message.pause();
      resolve({ body: collected.body(), bytes, shortfall });
    };
    const add = (chunk: Buffer) => {
      collected.add(chunk);
      bytes += chunk.length;
    };
    const checkPace = () => {
      const ms = performance.now() - begun;
      if (ms >= time.mostMs || bytes * 1_000 < ms * time.bytesPerSecond) return end('TIMEOUT');
      timer = setTimeout(checkPace, Math.min(CHECK_MS, time.mostMs - ms));
    };
    let timer = setTimeout(checkPace, Math.min(time.slowAfterMs, time.mostMs));
    const take = (chunk: Buffer) => {
      add(chunk);
      if (bytes > mostBytes) end('TOO_LARGE');
      else if (!hold(chunk.length)) end('NO_ROOM');
    };
    const ended = () => end(null);
    const closed = () => {
      // chunks that arrived before there was a listener
      message.off('data', take);
      for (let chunk = message.read(); chunk !== null && bytes <= mostBytes; chunk = message.read()) add(chunk);
      end(message.complete ? null : 'RESET');
    };
    message.on('data', take).once('end', ended).once('close', closed).once('error', closed);
    if (message.destroyed) closed();
  });
}

interface Collected {
  add(chunk: Buffer): void;
  body(): Buffer;
}

/**
 * Collects the body in one buffer: kept as chunks, a body that comes byte by byte needs about a hundred bytes for each.
 */
function createCollected(mostBytes: number): Collected {
  let memory: Buffer = Buffer.alloc(0);
  let used = 0;
  return {
    add(chunk) {
      // most bodies are one chunk
      if (used === 0) memory = chunk.subarray(0, mostBytes);
      else {
        const needed = Math.min(used + chunk.length, mostBytes);
        if (needed > memory.length) {
          const larger = Buffer.allocUnsafeSlow(Math.min(Math.max(needed, memory.length * 2), mostBytes));
          memory.copy(larger, 0, 0, used);
          memory = larger;
        }
        chunk.copy(memory, used, 0, needed - used);
      }
      used = Math.min(used + chunk.length, mostBytes);
    },
    body: () => memory.subarray(0, used),
  };
}

const MIB = 1024 * 1024;

const MAX_BODY_BYTES = 16 * MIB;
/** Enough for any query, and far less work than a body of 16 MiB. */
const MAX_ANONYMOUS_BYTES = 64 * 1024;

/**
 * Limits on bodies in memory; each is held until its request is answered. Bodies without a key have a separate budget. A body takes up
 * to five times its size, and a process without heap ends.
 */
export const heldWith = (heapBytes: number) => ({
  withKey: Math.min(256 * MIB, heapBytes / 6),
  ofOneKey: Math.min(64 * MIB, heapBytes / 8),
  withoutKey: Math.min(32 * MIB, heapBytes / 48),
  ofOneAddress: 2 * MIB,
});
const HELD = heldWith(getHeapStatistics().heap_size_limit);

const TIME: BodyTime = { mostMs: 30_000, slowAfterMs: 5_000, bytesPerSecond: 500 };
const RETRY_AFTER_S = 5;

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before the body is read. Not in a WeakMap: V8 keeps its values until it collects all garbage. */
    response: ServerResponse | null;
  }
}

/** @returns the value of the body */
export type JsonBodyReader = (request: FastifyRequest) => Promise<unknown>;

/**
 * Reads JSON bodies with our own reader, which keeps their exact text. UTF-8 only (RFC 8259, section 8.1). The limit of
 * a body depends on whether there is a viewer, and is set before its first byte is read.
 * @returns the reader, for routes that take other media types of JSON too
 */
export function readJsonBodies(server: FastifyInstance, held = HELD): JsonBodyReader {
  const budgets = { withKey: createBudget(held.withKey), withoutKey: createBudget(held.withoutKey) };
  server.decorateRequest('json', null);
  server.decorateRequest('response', null);
  server.removeAllContentTypeParsers();
  server.addHook('preParsing', (request, reply, _payload, done) => {
    request.response = reply.raw;
    done();
  });
  const read: JsonBodyReader = async (request) => {
    const { viewer, ip, headers } = request;
    const mostBytes = viewer ? MAX_BODY_BYTES : MAX_ANONYMOUS_BYTES;
    if (Number(headers['content-length']) > mostBytes) throw tooLarge(request);
    const charset = charsetsOf(headers['content-type']).find((each) => !/^utf-?8$/i.test(each));
    if (charset !== undefined) {
      throw new AppError('BAD_USER_INPUT', `The charset is ${charset.slice(0, 40)}; JSON is read as UTF-8.`);
    }
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && !/^identity$/i.test(encoding)) {
      const message = `The content encoding is ${quoted(encoding)}; send the body as it is, without Content-Encoding.`;
      throw new Refusal('BAD_USER_INPUT', message, 415);
    }
    const holding = viewer ? budgets.withKey.open() : budgets.withoutKey.open();
    const owner = viewer ? credentialId(viewer) : addressRange(ip);
    holding.countFor(owner, viewer ? held.ofOneKey : held.ofOneAddress);
    try {
      const text = textOf(await readAll(request, mostBytes, holding));
      giveBack(holding, request.response);
      countAndCharge(text, request);
      const isLong = text.length > LONG_TEXT;
      // counting, reading and answering a long body are turns of their own
      if (isLong) await nextTurn();
      request.json = readJsonText(text);
      if (isLong) await nextTurn();
      return request.json.value;
    } catch (error) {
      holding.end();
      throw error;
    }
  };
  server.addContentTypeParser('application/json', read);
  return read;
}

/** What a body of many small parts costs in points, beside what it asks for: others wait while it is read, about 10 µs for 50 parts. */
const PARTS = { free: 20_000, perPoint: 50 };
/** Characters. Shorter bodies are read in some milliseconds. */
const LONG_TEXT = 256 * 1024;

/** Before anything is read. @throws Refusal 413, 429 */
function countAndCharge(text: string, { viewer, ip, server }: FastifyRequest): void {
  if (!viewer || text.length < PARTS.free) return;
  const { members, keys } = countParts(text);
  if (members > MAX_MEMBERS) {
    const message =
      `The body has ${withCommas(members)} members of objects and lists; at most ${withCommas(MAX_MEMBERS)} are allowed: ` +
      'send it in parts.';
    throw new Refusal('LIMIT_EXCEEDED', message, 413);
  }
  const requested = Math.ceil((members + keys - PARTS.free) / PARTS.perPoint);
  if (requested > 0) server.rates.spend(viewer, ip, { requested, limit: MAX_COST });
}

/** A content type should name one, at most. Of several, it is unknown which one the sender used. */
function charsetsOf(contentType = ''): string[] {
  return [...contentType.matchAll(/;\s*charset\s*=\s*"?([^";\s]+)/gi)].map(([, charset]) => charset as string);
}

async function readAll(request: FastifyRequest, mostBytes: number, holding: Holding): Promise<Buffer> {
  const { body, shortfall } = await readBody(request.raw, { mostBytes, time: TIME, hold: holding.take });
  switch (shortfall) {
    case null:
      return body;
    case 'TOO_LARGE':
      throw tooLarge(request);
    case 'NO_ROOM':
      throw tooMany('Too many bodies are held at this moment.', RETRY_AFTER_S);
    case 'TIMEOUT':
      throw new Refusal('BAD_USER_INPUT', 'The body did not arrive in time.', 408);
    case 'RESET':
      throw faultOf(400);
  }
}

function giveBack(holding: Holding, response: ServerResponse | null): void {
  if (!response || response.destroyed) holding.end();
  else response.once('close', () => holding.end());
}

function tooLarge({ viewer }: FastifyRequest): Error {
  if (viewer) return faultOf(413);
  return new AppError('UNAUTHENTICATED', 'A body of more than 64 KiB needs an API key: Authorization: Bearer hl_...');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

function textOf(body: Buffer): string {
  try {
    return UTF_8.decode(body);
  } catch {
    throw new AppError('BAD_USER_INPUT', 'The body is not UTF-8.');
  }
}

export const EVENT_STREAM = 'text/event-stream';

const SERVED = ['*/*', 'application/*', 'application/json', 'application/graphql-response+json'];

/** Whether the client accepts server-sent events, and no other type that is served. */
export function wantsEvents(accept = ''): boolean {
  const types = accept.split(',').map((range) => range.split(';', 1)[0]?.trim().toLowerCase() ?? '');
  return types.includes(EVENT_STREAM) && !types.some((type) => SERVED.includes(type));
}

/** Checked before the operation runs: Apollo checks it only with the answer, when a mutation has already happened. */
export function refuseUnservableAccept({ headers: { accept } }: FastifyRequest): void {
  if (!accept || SERVED.includes(accept)) return;
  const ranges = accept.split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  const isServed = ranges.some(([type = '', ...more]) => SERVED.includes(type) && !more.some(isZero));
  if (!isServed) throw faultOf(406);
}

export function takesCoding(accepted: string | string[] | undefined, wanted: 'br' | 'gzip'): boolean {
  return String(accepted ?? '')
    .split(',')
    .map((coding) => coding.split(';').map((part) => part.trim().toLowerCase()))
    .some(([name, ...more]) => name === wanted && !more.some(isZero));
}

// q=0 means "not this" (RFC 9110, section 12.4.2)
const isZero = (parameter: string) => /^q=0(\.0*)?$/.test(parameter);
