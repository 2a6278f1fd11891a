// POST /auth/backchannel-logout: the identity provider says that a person has signed out there.
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors';
import { endByProvider } from '../../users/sessions/sessions';
import { originOf } from '../edge/read-viewer';
import { configured, type OpenIdRoutes } from './openid-route';

const FORM = 'application/x-www-form-urlencoded';
const MAX_BYTES = 32 * 1024;

export function serveBackChannelLogout(
  server: FastifyInstance,
  { source, refused, provider }: Pick<OpenIdRoutes, 'source' | 'refused' | 'provider'>,
): void {
  void server.register(async (scope) => {
    scope.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: MAX_BYTES }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    );
    scope.post(
      '/auth/backchannel-logout',
      { onRequest: async ({ ip }) => server.rates.countRequest(null, ip) },
      async (request, reply) => {
        const chosen = configured(provider);
        await refused.recording(request, async () => {
          const tokens = request.body instanceof URLSearchParams ? request.body.getAll('logout_token') : [];
          const [token] = tokens;
          if (tokens.length !== 1 || !token) {
            throw new AppError('BAD_USER_INPUT', `Send one logout_token as ${FORM}.`);
          }
          const signedOut = await chosen.signedOutBy(token);
          await source.transaction((db) => endByProvider(db, originOf(request), signedOut));
        });
        return reply.header('cache-control', 'no-store').send();
      },
    );
  });
}
