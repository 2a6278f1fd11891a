import { Refusal } from '../edge/refusal';

/**
 * A page of another site must not open a WebSocket from its visitor's browser. Browsers open one without a preflight
 * request, but send the page's origin. Other programs send no Origin.
 * @param host of the request: our own pages are always allowed
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
