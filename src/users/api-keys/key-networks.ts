// The networks from which a key, and each session made from it, may be used.

import type { Viewer } from '../../access/viewer';
import { createRefusalEntries, recordAct } from '../../audit/write-audit-entry';
import { AppError, quoted, type UserError } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { isInside, parseNetwork, readAddress, withoutMapping } from '../../values/networks';

const MAX_NETWORKS = 50;
const MAX_LENGTH = 50;

/** What is wrong with a list of networks. */
export function networkFaults(networks: readonly string[]): UserError[] {
  if (networks.length === 0) {
    const message = 'networks is empty; leave it out for a key that may be used from everywhere.';
    return [{ field: ['networks'], code: 'INVALID', message }];
  }
  if (networks.length > MAX_NETWORKS) {
    const message = `networks has ${networks.length} entries; at most ${MAX_NETWORKS}.`;
    return [{ field: ['networks'], code: 'TOO_LARGE', message }];
  }
  return networks.flatMap((network, index) => {
    const message = faultOf(network);
    return message === null ? [] : [{ field: ['networks', String(index)], code: 'INVALID' as const, message }];
  });
}

function faultOf(network: string): string | null {
  if (network.length > MAX_LENGTH) return `${quoted(network)} is not a network: write it like 10.0.0.0/8 or fd00::/8.`;
  try {
    parseNetwork(network);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @param networks null: from everywhere */
export function allowsFrom(networks: readonly string[] | null, remoteAddress: string | null): boolean {
  if (networks === null) return true;
  const address = remoteAddress === null ? null : readAddress(bareAddress(remoteAddress));
  return address !== null && isInside(withoutMapping(address), networks.map(parseNetwork));
}

/** Leaves out what some sockets and proxies add: a zone (fe80::1%eth0) or a port (203.0.113.9:51234). */
function bareAddress(remoteAddress: string): string {
  return remoteAddress.replace(/^([\d.]+):\d{1,5}$/, '$1').replace(/%.*$/, '');
}

const entries = createRefusalEntries({ windowMs: 15 * 60_000, maxEntries: 60 });

/**
 * @param caller the viewer that the key would authenticate
 * @throws AppError FORBIDDEN if the address is in none of the networks; recorded once for each key, address and 15 minutes
 */
export async function refuseFromElsewhere(db: Db, caller: Viewer, networks: readonly string[] | null): Promise<void> {
  const { apiKeyId, remoteAddress } = caller;
  if (allowsFrom(networks, remoteAddress)) return;
  const message = `This API key may not be used from ${remoteAddress}: its networks do not contain this address.`;
  const details = entries.take(`${apiKeyId} ${remoteAddress && bareAddress(remoteAddress)}`);
  if (details) {
    const act = { action: 'api_key.refused', subjectType: 'ApiKey', subjectId: apiKeyId, outcome: 'DENIED' } as const;
    await recordAct(db, caller, { ...act, reason: message, details });
  }
  throw new AppError('FORBIDDEN', message);
}
