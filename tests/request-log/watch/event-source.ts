import { waitFor } from '../../support/wait-for';

export interface StreamEvent {
  id: string | null;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  data: any;
}

/** A text/event-stream that is being read. */
export interface TestStream {
  status: number;
  headers: Headers;
  events: StreamEvent[];
  /** Comments that came: heartbeats. */
  comments: number;
  ended: boolean;
  /** The changes of all `next` events. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  changes(): any[];
  /** Waits for this number of `next` events. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects by asserting it
  next(count: number): Promise<any[]>;
  close(): void;
}

export interface Watch {
  query: string;
  variables?: object;
  key: string | null;
  headers?: Record<string, string>;
  method?: 'GET' | 'POST';
}

/** Opens a stream with `fetch`, as a program would. An answer that is no stream has its JSON as the only event. */
export async function openStream(url: string, watch: Watch): Promise<TestStream> {
  const { query, variables, key, headers = {}, method = 'POST' } = watch;
  const abort = new AbortController();
  const isGet = method === 'GET';
  const search = new URLSearchParams({ query, ...(variables && { variables: JSON.stringify(variables) }) });
  const response = await fetch(`${url}/graphql/stream${isGet ? `?${search}` : ''}`, {
    method,
    headers: {
      accept: 'text/event-stream',
      ...(!isGet && { 'content-type': 'application/json' }),
      ...(key && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(!isGet && { body: JSON.stringify({ query, variables }) }),
    signal: abort.signal,
  });
  const stream: TestStream = {
    status: response.status,
    headers: response.headers,
    events: [],
    comments: 0,
    ended: false,
    changes: () =>
      stream.events.filter(({ event }) => event === 'next').map(({ data }) => Object.values(data.data ?? {})[0]),
    next: async (count) => {
      await waitFor(`${count} events`, () => stream.changes().length >= count || stream.ended);
      // a stream that ended says why in its last event
      if (stream.changes().length < count) throw new Error(`ended: ${JSON.stringify(stream.events.at(-1))}`);
      return stream.changes();
    },
    close: () => abort.abort(),
  };
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    stream.events.push({ id: null, event: 'answer', data: await response.json() });
    stream.ended = true;
  } else void read(response, stream);
  return stream;
}

async function read(response: Response, stream: TestStream): Promise<void> {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) take(block, stream);
    }
  } catch {
    // closed by the test
  }
  stream.ended = true;
}

function take(block: string, stream: TestStream): void {
  const fields = block.split('\n').map((line) => /^([a-z]*):\s?(.*)$/.exec(line) ?? []);
  const field = (name: string) => fields.find(([, each]) => each === name)?.[2];
  const event = field('event');
  if (event === undefined) stream.comments += 1;
  else stream.events.push({ id: field('id') ?? null, event, data: JSON.parse(field('data') || 'null') });
}
