import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../errors';
import { readJsonText } from '../json/json-text';

export const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Any query fits into it, but not the work that a body of 16 MiB makes. */
const MAX_ANONYMOUS_BYTES = 64 * 1024;

/** JSON bodies are read by our own reader, which keeps their exact text. UTF-8 only (RFC 8259, section 8.1). */
export function readJsonBodies(server: FastifyInstance): void {
  server.decorateRequest('json', null);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      if (!request.viewer && body.length > MAX_ANONYMOUS_BYTES) {
        throw new AppError(
          'UNAUTHENTICATED',
          'A body of more than 64 KiB needs an API key: Authorization: Bearer hl_...',
        );
      }
      const charset = /charset="?([^";\s]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
      if (charset && !/^utf-?8$/i.test(charset)) {
        throw new AppError('BAD_USER_INPUT', `The charset is ${charset.slice(0, 40)}; JSON is read as UTF-8.`);
      }
      request.json = readJsonText(textOf(body));
      return request.json.value;
    },
  );
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new AppError('BAD_USER_INPUT', 'The body is not UTF-8.');
  }
}
