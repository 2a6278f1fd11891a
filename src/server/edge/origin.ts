import { Refusal } from './refusal';

/**
 * A page of another site must not watch through its visitor's browser, which names the page's origin and asks nobody
 * before it opens a WebSocket. Other programs send no Origin.
 * @param host of the request: pages of our own are always welcome
 * @throws Refusal 403
 */
export function refuseForeignOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): void {
  if (origin === undefined || allowed.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  throw new Refusal('FORBIDDEN', `The origin ${origin.slice(0, 100)} is not one of CORS_ORIGINS.`, 403);
}
