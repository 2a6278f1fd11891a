import type { TestApp } from '../support/app';
import { type RawAnswer, type RawRequest, sendRaw } from '../support/raw-http';

export const JSON_TYPE = { 'content-type': 'application/json' };
export const NAME_OF_VIEWER = '{ viewer { name } }';

/** As the administrator. */
export function callAt(app: TestApp, path: string, request: RawRequest = {}): Promise<RawAnswer> {
  const headers = { authorization: `Bearer ${app.adminKey}`, ...request.headers };
  return sendRaw(`${app.url}${path}`, { ...request, headers });
}

export function postGraphQL(
  app: TestApp,
  body: string | Buffer,
  headers: Record<string, string> = JSON_TYPE,
): Promise<RawAnswer> {
  return callAt(app, '/graphql', { body, headers });
}

/** The one form of errors: JSON, with the id of the request in header and body. */
export function expectError(answer: RawAnswer, status: number, code: string, message: RegExp): void {
  expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
  expect(answer.headers['content-type']).toMatch(/^application\/json/);
  const requestId = answer.headers['x-request-id'];
  expect(requestId).toEqual(expect.any(String));
  expect(answer.json).toEqual({
    errors: [expect.objectContaining({ message: expect.stringMatching(message), extensions: { code, requestId } })],
  });
}
