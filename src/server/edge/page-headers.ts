// What browsers are told with each page. Other answers are not for browsers, or load nothing.
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyInstance {
    pageHeaders: Readonly<Record<string, string>>;
  }
}

const YEAR_S = 31_536_000;

/** @param publicUrl PUBLIC_URL */
export function decideOnPageHeaders(server: FastifyInstance, publicUrl: string | null): void {
  server.decorate('pageHeaders', {
    // paths name documents, and links in mails have tokens
    'referrer-policy': 'no-referrer',
    ...(isAlwaysEncrypted(publicUrl) && { 'strict-transport-security': `max-age=${YEAR_S}` }),
  });
}

/** Whether browsers can keep to https: they then ask for all ports of the host in this way, and another one may serve something else. */
function isAlwaysEncrypted(publicUrl: string | null): boolean {
  if (publicUrl === null) return false;
  const { protocol, port } = new URL(publicUrl);
  return protocol === 'https:' && port === '';
}
