/** @jest-environment node */

import { LOOKUPS_AT_ONCE, type Lookup } from '../../../src/delivery/http/dns-lookup';
import { guardedLookup } from '../../../src/delivery/http/guarded-connect';
import { parseNetworks } from '../../../src/values/networks';

const ADDRESS = '192.0.2.1';
const POLICY = { allowedNetworks: parseNetworks('192.0.2.0/24') };

const LATER = 'still waiting';
/** All that waits for no thread has been answered by then. */
const aMomentLater = () => new Promise<string>((resolve) => setImmediate(() => setImmediate(resolve, LATER)));

/** As getaddrinfo: a thread for each look-up until it has its answer, and the others behind it. */
function inThreads(isAnswered: (host: string) => boolean): Lookup {
  const queue: (() => void)[] = [];
  let free = LOOKUPS_AT_ONCE;
  const next = () => {
    while (free > 0 && queue.length > 0) {
      free -= 1;
      queue.shift()?.();
    }
  };
  return (host) =>
    new Promise((resolve) => {
      queue.push(() => {
        if (!isAnswered(host)) return;
        free += 1;
        resolve([ADDRESS]);
        next();
      });
      next();
    });
}

test.each(['hooks.partner.example', 'partner.example', 'localhost'])(
  '%s is found while all names of a domain are not answered',
  async (host) => {
    const look = guardedLookup(
      POLICY,
      inThreads((name) => name === host),
    );
    for (let n = 0; n < 10 * LOOKUPS_AT_ONCE; n += 1) void look(`shop-${n}.dead.example`);
    expect(await look(host)).toEqual([ADDRESS]);
  },
);

test('a name that was found before is found while the names of many domains are not answered', async () => {
  const look = guardedLookup(
    POLICY,
    inThreads((name) => name === 'hooks.partner.example'),
  );
  await look('hooks.partner.example');
  for (let n = 0; n < 10 * LOOKUPS_AT_ONCE; n += 1) void look(`hooks.dead-${n}.example`);
  expect(await look('hooks.partner.example')).toEqual([ADDRESS]);
});

test('names below a domain of one label are domains of their own', async () => {
  const look = guardedLookup(
    POLICY,
    inThreads((name) => name === 'partner.example'),
  );
  for (let n = 0; n < LOOKUPS_AT_ONCE / 4; n += 1) void look(`dead-${n}.example`);
  expect(await Promise.race([look('partner.example'), aMomentLater()])).toEqual([ADDRESS]);
});

test('a name that was not answered promptly shares its threads with names that were never found', async () => {
  const real = performance;
  let now = 0;
  // only for the modules of this file
  globalThis.performance = { now: () => now } as Performance;
  try {
    const asked: string[] = [];
    const look = guardedLookup(POLICY, async (host) => {
      asked.push(host);
      if (host.includes('dead')) return new Promise<never>(() => undefined);
      if (asked.length > 1) now += 2_000;
      return [ADDRESS];
    });
    for (let n = 0; n < 2; n += 1) await look('hooks.partner.example');
    for (let n = 0; n < LOOKUPS_AT_ONCE; n += 1) void look(`hooks.dead-${n}.example`);
    expect(await Promise.race([look('hooks.partner.example'), aMomentLater()])).toBe(LATER);
  } finally {
    globalThis.performance = real;
  }
});

test('connections to one host share a look-up, and the next one asks again', async () => {
  let asked = 0;
  const look = guardedLookup(POLICY, async () => {
    asked += 1;
    return [ADDRESS];
  });
  await Promise.all(Array.from({ length: 50 }, () => look('partner.example')));
  expect(asked).toBe(1);
  await look('partner.example');
  expect(asked).toBe(2);
});
