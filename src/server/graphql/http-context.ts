import type { FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import type { Context, Services } from '../../graphql/context';
import { memberOf } from '../../json/json-member';
import { type JsonPart, rootOf } from '../../json/json-part';
import type { Log } from '../../log';

/** The context of resolvers. */
export function httpContext(request: FastifyRequest, source: DataSource, services: Services): Context {
  // read by mutations whose arguments keep their exact text
  let variables: JsonPart | undefined;
  return {
    db: source.manager,
    transaction: (work) => source.transaction(work),
    viewer: request.viewer,
    optimisticAuth: request.optimisticAuth,
    requestId: request.id,
    remoteAddress: request.ip,
    log: request.log as Log,
    // no getter: V8 would give each context a shape of its own, which keeps the request until all garbage is collected
    variables() {
      if (request.json) variables ??= memberOf(rootOf(request.json), 'variables');
      return variables;
    },
    services,
    memory: new Map(),
  };
}
