import {
  openPlainConnection,
  type PlainAnswer,
  type PlainConnection,
  plainRequest,
  plainServer,
} from './plain-http.mts';

const CONNECTIONS = 64;

export interface PlainPool {
  /** Waits while each of the 64 connections has a request. @param path with its query @param body null: none */
  ask(method: string, path: string, body: string | null): Promise<PlainAnswer>;
  /** Also while requests are open: their answers do not come. */
  close(): void;
}

/** Over connections that are kept alive. @throws Error for a URL that is not of HTTP */
export function createPlainPool(url: string, headers: Readonly<Record<string, string>>): PlainPool {
  const server = plainServer(url);
  const connections = new Set<PlainConnection>();
  const idle: PlainConnection[] = [];
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function connection(): Promise<PlainConnection> {
    for (let kept = idle.pop(); kept; kept = idle.pop()) {
      if (!kept.isClosed()) return kept;
      connections.delete(kept);
    }
    const opened = await openPlainConnection(server);
    connections.add(opened);
    return opened;
  }

  return {
    async ask(method, path, body) {
      if (busy < CONNECTIONS) busy += 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        const taken = await connection();
        const answer = await taken.ask(plainRequest({ method, server, path, headers, body }));
        idle.push(taken);
        return answer;
      } finally {
        const next = waiting.shift();
        if (next) next();
        else busy -= 1;
      }
    },
    close() {
      for (const each of connections) each.close();
    },
  };
}
