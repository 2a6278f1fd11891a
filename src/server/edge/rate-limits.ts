// The rate limits of one caller in this process. Kept in memory: several processes allow several times as much.

import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';
import { credentialId, type Viewer } from '../../access/viewer';
import { createTokenBuckets, type TokenBuckets } from '../../limits/token-buckets';
import { keyIdOf } from '../../users/api-keys/key-form';
import { hashTokenText } from '../../users/token-hash';
import { type CostReport, tooMany } from './http-errors';

/** 0: no limit. For an API key; an address without a key has a tenth of the first two. */
export interface Rates {
  costPerMinute: number;
  requestsPerSecond: number;
  /** Wrong keys from one address. */
  wrongKeysPerMinute: number;
}

export interface RateLimits {
  /** @throws Refusal 429 */
  countRequest(viewer: Viewer | null, address: string): void;
  /** For paths without a key. Counted apart from the API, because probes may share an address. @throws Refusal 429 */
  countVisit(address: string): void;
  /** @returns the points that are left, for `extensions.cost`. @throws Refusal 429 */
  spend(viewer: Viewer | null, address: string, cost: CostReport): CostReport;
  /**
   * Called before a key is looked up. Refuses an address that tried too many wrong keys, except for a key that was
   * right before: otherwise one program with an old key would lock out all others at its address.
   * @throws Refusal 429
   */
  refuseGuessing(address: string, token: string): void;
  rightKey(token: string): void;
  /** A sign-in that is started at the identity provider. @throws Refusal 429 */
  countSignIn(address: string): void;
  wrongKey(address: string): void;
}

const ANONYMOUS_SHARE = 0.1;
// pages send their requests in bursts
const BURST_SECONDS = 10;
/** How many right keys and sessions are known. One that is forgotten is subject to the limit of its address until it is used again. */
const MAX_RIGHT_KEYS = 20_000;

export function createRateLimits({ costPerMinute, requestsPerSecond, wrongKeysPerMinute }: Rates): RateLimits {
  const points = perCaller(costPerMinute / 60, 60);
  const requests = perCaller(requestsPerSecond, BURST_SECONDS);
  const visits = bucketsFor(requestsPerSecond * ANONYMOUS_SHARE, BURST_SECONDS);
  const wrongKeys = bucketsFor(wrongKeysPerMinute / 60, 60);
  const signIns = bucketsFor(wrongKeysPerMinute / 60, 60);
  const rightKeys = new LRUCache<string, true>({ max: MAX_RIGHT_KEYS });
  return {
    countRequest(viewer, address) {
      const left = requests?.take(viewer, address, 1) ?? 0;
      if (left < 0)
        throw tooMany(`${who(viewer)} sends more than ${requests?.perSecond(viewer)} requests a second.`, -left);
    },
    countVisit(address) {
      const left = visits?.take(addressRange(address), 1) ?? 0;
      const perSecond = requestsPerSecond * ANONYMOUS_SHARE;
      if (left < 0) throw tooMany(`This address reads more than ${perSecond} pages a second.`, -left);
    },
    spend(viewer, address, cost) {
      if (!points) return cost;
      const left = points.take(viewer, address, cost.requested);
      const perMinute = Math.round(points.perSecond(viewer) * 60);
      const remaining = left >= 0 ? left : points.take(viewer, address, 0);
      const report = { ...cost, remaining: Math.max(0, Math.floor(remaining)), perMinute };
      if (left >= 0) return report;
      const message = `The request costs ${cost.requested}, more than is left of the ${perMinute} points a minute.`;
      throw tooMany(message, -left, report);
    },
    refuseGuessing(address, token) {
      if (!wrongKeys || rightKeys.get(nameOf(token))) return;
      const left = wrongKeys.take(addressRange(address), 0);
      if (left < 1)
        throw tooMany('Too many wrong API keys came from this address.', (1 - left) / (wrongKeysPerMinute / 60));
    },
    countSignIn(address) {
      const left = signIns?.take(addressRange(address), 1) ?? 0;
      if (left < 0) throw tooMany('Too many sign-ins were started from this address.', -left);
    },
    rightKey: (token) => void rightKeys.set(nameOf(token), true),
    wrongKey: (address) => void wrongKeys?.take(addressRange(address), 1),
  };
}

function who(viewer: Viewer | null): string {
  if (!viewer) return 'This address';
  return viewer.sessionId === null ? 'This API key' : 'This session';
}

interface PerCaller {
  take(viewer: Viewer | null, address: string, points: number): number;
  perSecond(viewer: Viewer | null): number;
}

function perCaller(rate: number, seconds: number): PerCaller | null {
  const keys = bucketsFor(rate, seconds);
  const addresses = bucketsFor(rate * ANONYMOUS_SHARE, seconds);
  if (!keys || !addresses) return null;
  return {
    take: (viewer, address, points) =>
      viewer ? keys.take(credentialId(viewer), points) : addresses.take(addressRange(address), points),
    perSecond: (viewer) => (viewer ? rate : rate * ANONYMOUS_SHARE),
  };
}

function bucketsFor(perSecond: number, seconds: number): TokenBuckets | null {
  return perSecond > 0 ? createTokenBuckets(perSecond, perSecond * seconds) : null;
}

// not the key itself, because this stays in memory
function nameOf(token: string): string {
  return keyIdOf(token) ?? hashTokenText(token);
}

/** The range that one subscriber has: an IPv4 address, or a /64 of IPv6, in which a host may use any address. */
export function addressRange(address: string): string {
  if (!address.includes(':') || !isIPv6(address)) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const before = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - before.length - (tail === '' ? 0 : tail.split(':').length);
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...(tail ? tail.split(':') : [])];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
