import { connect } from 'node:net';

export interface RawCall {
  /** Sends more. */
  write(bytes: string | Buffer): void;
  /** Ends the connection as a program that dies, once what was written has left. */
  destroy(): Promise<void>;
  /** All that came back, once the other side has closed, or we have. */
  over: Promise<string>;
  /** What has come back until now. */
  heard(): string;
}

/** A connection on which one writes what no HTTP library would. @param lines of the head, without the host */
export function openCall(
  address: string,
  lines: readonly string[],
  { method = 'POST', target }: { method?: string; target?: string } = {},
): RawCall {
  const { hostname, port, pathname, search, host } = new URL(address);
  const socket = connect(Number(port), hostname);
  let heard = '';
  const over = new Promise<string>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(heard));
  });
  const head = [`${method} ${target ?? `${pathname}${search}`} HTTP/1.1`, `host: ${host}`, ...lines, '', ''].join(
    '\r\n',
  );
  socket.write(head, 'latin1');
  return {
    write: (bytes) => void socket.write(bytes),
    destroy: () =>
      new Promise((resolve) => {
        socket.write('', () => {
          socket.destroy();
          resolve();
        });
      }),
    over,
    heard: () => heard,
  };
}

/** Sends a whole call with these lines, as they are, and waits for the answer. */
export async function rawCall(
  address: string,
  lines: readonly string[],
  body: string | Buffer = '',
  how: { method?: string; target?: string } = {},
): Promise<{ status: number; text: string; head: string }> {
  const length = `content-length: ${Buffer.byteLength(body)}`;
  const call = openCall(address, [...lines, length, 'connection: close'], how);
  call.write(body);
  const heard = await call.over;
  const [head = '', text = ''] = heard.split('\r\n\r\n', 2);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0), text, head };
}
