// Which requests of a browser come from a page of this server. A browser sends cookies unasked, also when a page of another site
// makes it send a request.
import { BlockList } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { Refusal } from './refusal';

const SAFE_METHODS = ['GET', 'HEAD'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export interface OwnPages {
  /**
   * Refuses a request whose cookie may have been sent for a page of another site.
   * @throws Refusal 403
   */
  refuseForeignCookie(request: FastifyRequest): void;
  /**
   * Refuses a sign-in from a page of another site, and one over a connection that others could read.
   * @throws Refusal 403
   */
  refuseUnsafeSignIn(request: FastifyRequest): void;
  /** Refuses a sign-in over a connection that others could read. @throws Refusal 403 */
  refuseUnencrypted(request: FastifyRequest): void;
}

/** @param publicUrl the URL at which browsers reach this process; null: the address that they name in each request */
export function createOwnPages(publicUrl: string | null): OwnPages {
  const ours = publicUrl === null ? null : new URL(publicUrl);

  const isOwnOrigin = (origin: string, request: FastifyRequest) => {
    const url = URL.parse(origin);
    if (!url) return false;
    return ours && !isLoopback(url.hostname) ? url.origin === ours.origin : url.host === request.host;
  };

  // Browsers send Sec-Fetch-Site to https and to this machine, and older ones Origin with all but GET.
  const isOwnPage = (request: FastifyRequest): boolean | null => {
    const { 'sec-fetch-site': site, origin } = request.headers;
    if (site !== undefined) return site === 'same-origin' || (site === 'none' && SAFE_METHODS.includes(request.method));
    return origin === undefined ? null : isOwnOrigin(origin, request);
  };

  const isEncrypted = ({ headers: { origin }, protocol, host, hostname }: FastifyRequest) => {
    const page = origin === undefined ? null : URL.parse(origin);
    if (page) return page.protocol === 'https:' || isLoopback(page.hostname);
    // a proxy may end TLS and not say so
    const isPublic = ours?.protocol === 'https:' && host === ours.host;
    return protocol === 'https' || isPublic || isLoopback(hostname);
  };

  const refuseUnencrypted = (request: FastifyRequest) => {
    if (isEncrypted(request)) return;
    const message =
      'Signing in over plain HTTP would show your key and your session to the network: use https, or http on the machine ' +
      'of the server itself (http://localhost). Behind a proxy that ends TLS, set PUBLIC_URL to its https address.';
    throw new Refusal('FORBIDDEN', message, 403);
  };

  return {
    refuseForeignCookie(request) {
      if (isOwnPage(request) === true) return;
      const message =
        'A session cookie is accepted only from pages of this server: Sec-Fetch-Site must be same-origin or, without it, ' +
        `Origin must be ${ours?.origin ?? `${request.protocol}://${request.host}`}.`;
      throw new Refusal('FORBIDDEN', message, 403);
    },
    refuseUnsafeSignIn(request) {
      if (isOwnPage(request) === false) {
        throw new Refusal(
          'FORBIDDEN',
          'A page of another site must not sign you in or out: open this server itself.',
          403,
        );
      }
      refuseUnencrypted(request);
    },
    refuseUnencrypted,
  };
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return loopback.check(name, name.includes(':') ? 'ipv6' : 'ipv4');
}
