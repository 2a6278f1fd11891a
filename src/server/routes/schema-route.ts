import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { readViewer } from '../edge/read-viewer';
import type { Gate } from '../graphql/graphql-gate';

/** `GET /schema.graphql`, for callers who may read the schema. @param makeSdl called at the first request */
export function serveSchema(server: FastifyInstance, source: DataSource, gate: Gate, makeSdl: () => string): void {
  let sdl: string | undefined;
  const onRequest = async (request: FastifyRequest) => {
    await readViewer(request, source.manager);
    gate.refuseIntrospection(request.viewer, 403);
  };
  server.get('/schema.graphql', { onRequest }, async (_request, reply) => {
    sdl ??= makeSdl();
    return reply.type('text/plain; charset=utf-8').header('cache-control', 'private, max-age=60').send(sdl);
  });
}
