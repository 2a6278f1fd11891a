import type { FastifyReply, FastifyRequest } from 'fastify';

// The prefix makes browsers refuse the cookie from another host of the domain, and without Secure (RFC 6265bis).
const NAME = '__Host-hl_session';

// Lax: a link to this server from an e-mail finds the user signed in. cross-site.ts refuses what another site sends.
const ATTRIBUTES = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;

/** The token of the browser's session; null: there is no cookie. */
export function sessionToken(request: FastifyRequest): string | null {
  return request.cookies[NAME] || null;
}

/** The cookie is gone when the browser is closed. */
export function setSessionCookie(reply: FastifyReply, token: string): void {
  reply.setCookie(NAME, token, ATTRIBUTES);
}

export function clearSessionCookie(reply: FastifyReply): void {
  reply.clearCookie(NAME, ATTRIBUTES);
}
