// Resolves the names of partners: how many at once, and what a failure says.

import { lookup as systemLookup } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import { devNull } from 'node:os';
import { LRUCache } from 'lru-cache';
import { createFairSlots } from '../../limits/fair-slots';
import { SendError, systemCode } from '../send-error';
import { shortageError } from './connect-error';

/** Every address of a host name. */
export type Lookup = (host: string) => Promise<string[]>;

/** The resolver of the machine, with /etc/hosts and search domains. */
export async function lookupAddresses(host: string): Promise<string[]> {
  try {
    const found = await systemLookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch (error) {
    throw (await whyNothingOpens()) ?? error;
  }
}

/** getaddrinfo says that a name does not exist where it cannot open its own files and sockets. @returns null: a file can be opened */
async function whyNothingOpens(): Promise<unknown> {
  try {
    await (await open(devNull)).close();
    return null;
  } catch (error) {
    return error;
  }
}

/** libuv gives look-ups half of its threads, of which `main.ts` makes 64. */
export const LOOKUPS_AT_ONCE = 32;

/** A name whose last look-up took longer shares threads with the names that were never looked up. */
const PROMPT_MS = 2_000;
const PROMPT_NAMES_KEPT = 10_000;

// getaddrinfo blocks one of libuv's few threads until it times out. Concurrent connections to a host share one lookup, and the
// names of a domain share the threads with those of others: a host whose name servers are down, or a partner with a name for each
// customer, would otherwise occupy all threads. Many domains together would too, so half of the threads are for names that were
// looked up promptly the last time.
export function sharedLookup(lookup: Lookup): Lookup {
  const open = new Map<string, Promise<string[]>>();
  const prompt = new LRUCache<string, true>({ max: PROMPT_NAMES_KEPT });
  const threads = createFairSlots(LOOKUPS_AT_ONCE);
  const threadsOfOthers = createFairSlots(LOOKUPS_AT_ONCE / 2);

  const look = async (host: string) => {
    const begun = performance.now();
    try {
      return await lookup(host);
    } finally {
      if (performance.now() - begun < PROMPT_MS) prompt.set(host, true);
      else prompt.delete(host);
    }
  };
  const inThreads = (host: string) => {
    const domain = domainOf(host);
    const inThread = () => threads.run(domain, () => look(host));
    return prompt.has(host) ? inThread() : threadsOfOthers.run(domain, inThread);
  };

  return (host) => {
    const running = open.get(host);
    if (running !== undefined) return running;
    const answer = inThreads(host).finally(() => open.delete(host));
    open.set(host, answer);
    return answer;
  };
}

/** `a.partner.example` and all names beside it belong to `partner.example`; `partner.example` belongs to itself. */
function domainOf(host: string): string {
  const parent = host.slice(host.indexOf('.') + 1);
  return parent.includes('.') ? parent : host;
}

/** The name servers of the host gave no answer, or the resolver of this machine did not. */
export const NO_ANSWER = 'EAI_AGAIN';
const DOMAINS_KEPT = 10;

/** Says which of both it was by looking up a name of another domain that was found before. */
export function createResolverCheck(resolve: Lookup) {
  const found = new LRUCache<string, string>({ max: DOMAINS_KEPT });
  return {
    answered: (host: string) => void found.set(domainOf(host), host),
    /** false if no other domain is known. */
    async isDown(host: string): Promise<boolean> {
      const own = domainOf(host);
      // the latest first
      const [, other] = [...found.entries()].find(([domain]) => domain !== own) ?? [];
      if (other === undefined) return false;
      return resolve(other).then(
        () => false,
        (error: Error) => systemCode(error) === NO_ANSWER,
      );
    },
  };
}

export function resolverDown(host: string): SendError {
  const why = 'nor could a name that was found before, so the resolver of this machine does not answer';
  return new SendError('NOT_SENT', `The name ${host} could not be resolved, ${why} (${NO_ANSWER}).`);
}

export function lookupError(error: Error, host: string): SendError {
  const code = systemCode(error) || error.message;
  if (code === 'ENOTFOUND') return new SendError('DNS', `The name ${host} does not exist (ENOTFOUND).`);
  const undone = `The name ${host} could not be resolved`;
  return shortageError(code, undone) ?? new SendError('DNS', `${undone} (${code}).`);
}
