// Which responses are failures.

import { SendError } from '../send-error';
import type { BodyLimits, ResponseBody } from './decompress-body';
import { bodyTooLarge } from './exchange-error';

/** Only 2xx is success, with a body that is not too large; redirects are not followed. null: success, or no response. */
export function responseFailure(
  status: number | null,
  body: ResponseBody | null,
  host: string,
  limits: BodyLimits,
): SendError | null {
  if (body?.tooLarge) return bodyTooLarge(host, limits.responseBytesRead);
  return status === null || (status >= 200 && status < 300) ? null : statusError(host, status);
}

function statusError(host: string, status: number): SendError {
  return new SendError('HTTP_STATUS', `${host} answered ${status}${statusNote(status)}.`);
}

function statusNote(status: number): string {
  if (REDIRECTS.has(status)) return ', a redirect; redirects are not followed: give the webhook the final URL';
  if (status === 410) return ' (Gone): it accepts no more deliveries';
  return '; only 2xx is success';
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
