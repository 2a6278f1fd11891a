// One WebSocket for each visible tab. A hidden tab closes it, and what follows a subscription continues with `after` when it is seen again.
import { type Client, createClient } from 'graphql-ws';
import type { FieldFault } from './api-error';
import type { TypedDocumentString } from './generated/documents';

export type LiveState = 'connecting' | 'live' | 'away' | 'ended';

let client: Client | null = null;
let isConnected = false;

function liveClient(): Client {
  client ??= createClient({
    url: `${window.location.protocol === 'https:' ? 'wss' : 'ws'}://${window.location.host}/graphql`,
    lazy: true,
    // what fell out comes after the reconnection: see `after`
    lazyCloseTimeout: 1_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: () => true,
    keepAlive: 20_000,
    connectionAckWaitTimeout: 10_000,
    on: {
      connected: () => {
        isConnected = true;
      },
      closed: () => {
        isConnected = false;
      },
    },
  });
  return client;
}

export interface LiveSink<Data> {
  next(data: Data): void;
  state(state: LiveState): void;
  /** The subscription was refused or ended by the server: it is not begun again. */
  ended(faults: readonly FieldFault[]): void;
}

/**
 * Follows a subscription while the tab is visible. `variables` is asked at each beginning, also when the connection was lost and is there
 * again, so that it can name the last change received.
 * @returns a function that ends it
 */
export function follow<Data, Variables extends Record<string, unknown>>(
  document: TypedDocumentString<Data, Variables>,
  variables: () => Variables,
  sink: LiveSink<Data>,
): () => void {
  let stop: (() => void) | null = null;
  let isOver = false;

  const begin = () => {
    if (stop || isOver || globalThis.document.visibilityState === 'hidden') return;
    sink.state('connecting');
    stop = subscribe();
  };
  const subscribe = () => {
    let isStopped = false;
    const dispose = liveClient().subscribe<Data>(
      {
        query: document.toString(),
        // read whenever the client subscribes, which it does again by itself after each connection
        get variables() {
          return variables();
        },
      },
      {
        next: ({ data, errors }) => {
          if (isStopped) return;
          if (errors?.length) finish(errors as readonly FieldFault[]);
          else if (data) sink.next(data);
        },
        error: (error) => {
          if (isStopped) return;
          finish(Array.isArray(error) ? (error as FieldFault[]) : [{ message: messageOf(error) }]);
        },
        complete: () => undefined,
      },
    );
    const show = () => sink.state(isConnected ? 'live' : 'connecting');
    const listeners = [liveClient().on('connected', show), liveClient().on('closed', show)];
    show();
    return () => {
      isStopped = true;
      for (const remove of listeners) remove();
      dispose();
    };
  };
  const finish = (faults: readonly FieldFault[]) => {
    isOver = true;
    stop?.();
    stop = null;
    sink.state('ended');
    sink.ended(faults);
  };
  const onVisibility = () => {
    if (globalThis.document.visibilityState === 'hidden') {
      stop?.();
      stop = null;
      if (!isOver) sink.state('away');
    } else {
      begin();
    }
  };
  globalThis.document.addEventListener('visibilitychange', onVisibility);
  begin();
  return () => {
    isOver = true;
    stop?.();
    stop = null;
    globalThis.document.removeEventListener('visibilitychange', onVisibility);
  };
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { reason, code } = error as { reason?: string; code?: number };
  return reason || `The connection was closed (${code ?? 'no code'}).`;
}
