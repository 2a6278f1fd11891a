import type { TLSSocket } from 'node:tls';
import { currentMs } from '../../time/clock';
import { type Finding, fault, warning } from './finding';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** A certificate that ends soon. @param owner whose it is */
export function certificateFinding(what: string, owner: string, socket: TLSSocket): Finding[] {
  const { valid_to: end } = socket.getPeerCertificate();
  if (!end) return [];
  const days = Math.floor((Date.parse(end) - currentMs()) / DAY_MS);
  if (days >= SOON_DAYS) return [];
  const cure = 'Renew it.';
  if (days < 0) return [fault(what, `The certificate of ${owner} expired on ${end}.`, cure)];
  return [warning(what, `The certificate of ${owner} expires in ${days} days, on ${end}.`, cure)];
}
