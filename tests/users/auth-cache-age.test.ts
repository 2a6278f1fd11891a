import { currentMs } from '../../src/clock';
import { type AuthCacheEntry, createAuthCache } from '../../src/users/auth-cache';

test('what was read by a clock that was ahead is read again, because its age is not known', () => {
  const cache = createAuthCache();
  const entry = { networks: null, expiresAt: null } as AuthCacheEntry;
  cache.set('session', 'a token', { ...entry, readAt: currentMs() - 1_000 });
  expect(cache.find('session', 'a token', () => true)).not.toBeNull();
  cache.set('session', 'a token', { ...entry, readAt: currentMs() + 60_000 });
  expect(cache.find('session', 'a token', () => true)).toBeNull();
});
