import { pipeline, type Readable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { takesCoding } from '../edge/accept-header';

/** The file as it is sent: compressed, if the client takes that. Sets the header for it. */
export function gzipFile(request: FastifyRequest, reply: FastifyReply, file: Readable): Readable {
  reply.header('vary', 'accept-encoding');
  if (!takesCoding(request.headers['accept-encoding'], 'gzip')) return file;
  reply.header('content-encoding', 'gzip');
  const gzip = createGzip({ level: constants.Z_BEST_SPEED });
  // if either of the two breaks, the other one and the response break too
  return pipeline(file, gzip, () => undefined);
}
