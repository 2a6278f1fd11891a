import type { FastifyInstance } from 'fastify';
import { AppError, type ErrorCode } from '../errors';

type Fault = Error & { statusCode?: number };

// what Fastify found wrong, in our words; its own messages name its internals
const BY_STATUS: Record<number, { code: ErrorCode; message: string }> = {
  400: { code: 'BAD_USER_INPUT', message: 'The request could not be read.' },
  404: { code: 'NOT_FOUND', message: 'There is nothing at this address.' },
  405: { code: 'BAD_USER_INPUT', message: 'This method is not served here.' },
  413: { code: 'LIMIT_EXCEEDED', message: 'The body is larger than 16 MiB.' },
  414: { code: 'LIMIT_EXCEEDED', message: 'The address is too long.' },
  415: { code: 'BAD_USER_INPUT', message: 'The body must be application/json in UTF-8.' },
};

/** Errors outside GraphQL have the form of those inside: `{ errors: [{ message, extensions: { code, requestId } }] }`. */
export function answerErrorsAsJson(server: FastifyInstance): void {
  server.setErrorHandler((error: Fault, request, reply) => {
    const status = error instanceof AppError ? 400 : (error.statusCode ?? 500);
    const known = error instanceof AppError ? error : BY_STATUS[status];
    if (!known || status >= 500) request.log.error({ err: error }, 'a request failed');
    const message = known?.message ?? 'Something went wrong on our side.';
    const code = known?.code ?? 'INTERNAL_SERVER_ERROR';
    return reply.code(status).send({ errors: [{ message, extensions: { code, requestId: request.id } }] });
  });
  server.setNotFoundHandler((request, reply) => {
    const { code, message } = BY_STATUS[404] as { code: string; message: string };
    return reply.code(404).send({ errors: [{ message, extensions: { code, requestId: request.id } }] });
  });
}
