import { lookup as systemLookup } from 'node:dns/promises';
import { type AddressPolicy, type AddressRefusal, refusalOf } from '../../webhooks/request/public-address';
import { SendError, systemCode } from '../send-error';

/** Every address of a host name. */
export type Lookup = (host: string) => Promise<string[]>;

/**
 * A lookup that gives back addresses only if each of them may be dialled. One that may not refuses the whole host: a
 * name that mixes public and private addresses is misconfigured or hostile, and picking the good one would hide it.
 */
export function guardedLookup(policy: AddressPolicy, lookup: Lookup): Lookup {
  const ask = oneAtATime(lookup);
  return async (host) => {
    const addresses = await ask(host).catch((error: Error) => Promise.reject(lookupError(error, host)));
    if (addresses.length === 0) throw new SendError('DNS', `The name ${host} has no address.`);
    for (const address of addresses) {
      const refusal = refusalOf(address, policy);
      if (refusal) throw blockedAddress(`${host} resolves to ${address}, which`, refusal);
    }
    return addresses;
  };
}

/** The sentence of a refused address. `subject` begins it: "10.0.0.5" or "a.example resolves to 10.0.0.5, which". */
export function blockedAddress(subject: string, { kind, rule }: AddressRefusal): SendError {
  return new SendError('BLOCKED_ADDRESS', `${subject} is ${kind}; ${rule}.`);
}

/** What the machine itself resolves, with /etc/hosts and search domains. */
export async function lookupAddresses(host: string): Promise<string[]> {
  const found = await systemLookup(host, { all: true });
  return found.map(({ address }) => address);
}

// getaddrinfo blocks one of libuv's few threads until it gives up. Connections that open at once to a host whose
// name servers are dead share one question, so that they do not take them all from everybody else's lookups.
function oneAtATime(lookup: Lookup): Lookup {
  const open = new Map<string, Promise<string[]>>();
  return (host) => {
    const asked = open.get(host);
    if (asked !== undefined) return asked;
    const answer = lookup(host).finally(() => open.delete(host));
    open.set(host, answer);
    return answer;
  };
}

function lookupError(error: Error, host: string): SendError {
  const code = systemCode(error) || error.message;
  if (code === 'ENOTFOUND') return new SendError('DNS', `The name ${host} does not exist (ENOTFOUND).`);
  return new SendError('DNS', `The name ${host} could not be resolved (${code}).`);
}
