/** @jest-environment node */
import { currentMs } from '../../src/time/clock';
import { type AuthCacheEntry, createAuthCache } from '../../src/users/auth-cache';

test('what was read by a clock that was ahead is read again, because its age is not known', () => {
  const cache = createAuthCache();
  const entry = { networks: null, expiresAt: null } as AuthCacheEntry;
  cache.set('session', 'a token', { ...entry, readAt: currentMs() - 1_000 });
  expect(cache.find('session', 'a token', () => true)).not.toBeNull();
  cache.set('session', 'a token', { ...entry, readAt: currentMs() + 60_000 });
  expect(cache.find('session', 'a token', () => true)).toBeNull();
});

test('what ends in this millisecond is not found', () => {
  const real = performance;
  const [ms, now] = [real.now(), jest.spyOn(Date, 'now').mockReturnValue(Date.now())];
  // only for the modules of this file
  globalThis.performance = { now: () => ms } as Performance;
  try {
    const cache = createAuthCache();
    const entry = { networks: null, readAt: currentMs() } as AuthCacheEntry;
    cache.set('key', 'a token', { ...entry, expiresAt: new Date(currentMs() + 1) });
    expect(cache.find('key', 'a token', () => true)).not.toBeNull();
    cache.set('key', 'a token', { ...entry, expiresAt: new Date(currentMs()) });
    expect(cache.find('key', 'a token', () => true)).toBeNull();
  } finally {
    now.mockRestore();
    globalThis.performance = real;
  }
});

test('the token of a session is not found as an API key', () => {
  const cache = createAuthCache();
  cache.set('session', 'a token', { networks: null, expiresAt: null, readAt: currentMs() } as AuthCacheEntry);
  expect(cache.find('session', 'a token', () => true)).not.toBeNull();
  expect(cache.find('key', 'a token', () => true)).toBeNull();
});
