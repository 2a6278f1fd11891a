// A subscription of the API over server-sent events, with a key, which is resumed after the connection was lost.
import { setTimeout as pause } from 'node:timers/promises';
import { endpointOf, errorFrom, foreignAnswer, type TopLevelError, unreachable } from './api-client';

export interface Subscription {
  /** Where Hookledger answers. */
  url: string;
  key: string;
  query: string;
  variables: object;
  /** The id of a change, after which it begins; null: with new changes. */
  after: string | null;
  /** Called when it has begun, and again when it was resumed. */
  onBegun(): void;
  /** Called when the connection was lost, before it is made again. @param message what that means, for the user */
  onLost(message: string): void;
}

/** The server sends a comment every 15 s. */
const SILENT_MS = 60_000;
const RETRY_MS = 1_000;
const LOST = 'The connection was lost and is made again.';

/**
 * The data of each change, without an end. @throws CommandError if it cannot begin, or the key may no longer watch. A server that was
 * reached once and then goes away is tried again every second.
 */
export async function* changesOf<Data>(subscription: Subscription): AsyncGenerator<Data, never> {
  let { after } = subscription;
  let hasBegun = false;
  let isLost = false;
  for (;;) {
    try {
      for await (const { id, data } of eventsOf<Data>(subscription, after)) {
        hasBegun = true;
        isLost = false;
        if (data === undefined) {
          subscription.onBegun();
          continue;
        }
        after = id;
        yield data;
      }
    } catch (error) {
      if (!hasBegun || !(error instanceof ConnectionLost)) throw error instanceof ConnectionLost ? error.cause : error;
    }
    // without a change there is nothing yet to continue after
    if (!isLost) subscription.onLost(after === null ? `${LOST} What happens until then is left out.` : LOST);
    isLost = true;
    await pause(RETRY_MS);
  }
}

interface Event<Data> {
  /** Where the next connection resumes. */
  id: string | null;
  /** Absent in the event that says that the subscription has begun. */
  data?: Data;
}

/** The server cannot be reached or is busy; `cause` says it to the user. */
class ConnectionLost extends Error {}

async function* eventsOf<Data>(subscription: Subscription, after: string | null): AsyncGenerator<Event<Data>> {
  const endpoint = `${endpointOf(subscription.url)}/stream`;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENT_MS);
  const lost = (error: Error) => new ConnectionLost('', { cause: unreachable(endpoint, error) });
  try {
    const response = await open(subscription, endpoint, after, silence.signal).catch((error: Error) => {
      throw lost(error);
    });
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
      throw await refusalOf(endpoint, response);
    }
    yield { id: after };
    let text = '';
    const bytes = response.body.pipeThrough(new TextDecoderStream());
    for await (const chunk of readable(bytes, lost)) {
      timer.refresh();
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = fieldsOf(text.slice(0, end));
        text = text.slice(end + 2);
        if (fields.event !== 'next') continue;
        const { data, errors } = JSON.parse(fields.data ?? '') as { data?: Data; errors?: TopLevelError[] };
        if (errors) throw asLost(endpoint, errors);
        yield { id: fields.id ?? null, data: data as Data };
      }
    }
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

async function* readable(chunks: AsyncIterable<string>, lost: (error: Error) => Error): AsyncGenerator<string> {
  try {
    yield* chunks;
  } catch (error) {
    throw lost(error as Error);
  }
}

function open({ key, query, variables }: Subscription, endpoint: string, after: string | null, signal: AbortSignal) {
  return fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${key}`,
      ...(after !== null && { 'last-event-id': after }),
    },
    body: JSON.stringify({ query, variables }),
    // no redirects: the key is only for this address
    redirect: 'error',
    signal,
  });
}

async function refusalOf(endpoint: string, response: Response): Promise<Error> {
  const { errors } = (await response.json().catch(() => ({}))) as { errors?: TopLevelError[] };
  return errors ? asLost(endpoint, errors) : foreignAnswer(endpoint, response.status);
}

function asLost(endpoint: string, errors: readonly TopLevelError[]): Error {
  const error = errorFrom(endpoint, errors);
  // the server stops, or its database is away
  const passes = errors.every(({ extensions }) => extensions?.code === 'UNAVAILABLE');
  return passes ? new ConnectionLost('', { cause: error }) : error;
}

/** Of an event, `name: value` by line. */
function fieldsOf(event: string): Partial<Record<'id' | 'event' | 'data', string>> {
  return Object.fromEntries(event.split('\n').map((line) => line.split(/: ?(.*)/, 2)));
}
