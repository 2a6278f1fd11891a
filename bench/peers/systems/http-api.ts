import { createPlainPool } from '../../plain-pool';

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
  const pool = createPlainPool(url, { authorization: `Bearer ${key}`, 'content-type': 'application/json' });
  return {
    async call<Answer>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: string): Promise<Answer> {
      const answer = await pool.ask(method, path, body ?? null);
      const text = answer.body.toString();
      if (answer.status >= 300) throw new RefusedCall(`${method} ${url}${path}: ${text.slice(0, 500)}`, answer.status);
      return (text === '' ? null : JSON.parse(text)) as Answer;
    },
  };
}
