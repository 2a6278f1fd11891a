import { Pool } from 'undici';

const CONNECTIONS = 64;

export class RefusedCall extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(`${status} ${message}`);
  }
}

export interface HttpApi {
  /** @param body as JSON text @returns the answer, parsed. @throws RefusedCall if its status is not 2xx */
  call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: string): Promise<Answer>;
}

/** A JSON API with a key as its bearer token, over connections that are kept alive. */
export function connectHttpApi(url: string, key: string): HttpApi {
  const base = new URL(url);
  const pool = new Pool(base.origin, { connections: CONNECTIONS, pipelining: 1 });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return {
    async call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: string): Promise<Answer> {
      const response = await pool.request({ method, path, headers, body: body ?? null });
      const text = await response.body.text();
      if (response.statusCode >= 300) {
        throw new RefusedCall(`${method} ${base.origin}${path}: ${text.slice(0, 500)}`, response.statusCode);
      }
      return (text === '' ? null : JSON.parse(text)) as Answer;
    },
  };
}
