/** @jest-environment node */

import { credentialId } from '../../../src/access/viewer';
import { createLog } from '../../../src/logging/log';
import { createLiveKeys } from '../../../src/server/subscriptions/live-session';
import type { CredentialState } from '../../../src/users/api-keys/authenticate';
import { waitFor } from '../../support/wait-for';

const STATE: CredentialState = { roles: new Set(['AUDITOR']), expiresAt: null, version: '1 2' };

test('a key that is followed while others are looked up is not taken for a revoked one', async () => {
  const lookedFor: (readonly string[])[] = [];
  const gate = Promise.withResolvers<void>();
  const keys = createLiveKeys(async (credentials) => {
    const ids = credentials.map(credentialId);
    lookedFor.push(ids);
    await gate.promise;
    return new Map(ids.filter((id) => id !== 'revoked').map((id) => [id, STATE]));
  }, createLog('silent'));
  const states = new Map<string, (CredentialState | null)[]>();
  const follow = (id: string) =>
    keys.follow({ apiKeyId: id, sessionId: null }, (state) => states.set(id, [...(states.get(id) ?? []), state]));
  try {
    follow('early');
    follow('revoked');
    await waitFor('the first look', () => lookedFor.length === 1);
    follow('late');
    gate.resolve();
    await waitFor('the second reading', () => states.has('late'));
    expect(lookedFor.slice(0, 2)).toEqual([
      ['early', 'revoked'],
      ['early', 'revoked', 'late'],
    ]);
    expect(states.get('late')).toEqual([STATE]);
    expect(states.get('early')?.[0]).toBe(STATE);
    expect(states.get('revoked')?.[0]).toBeNull();
  } finally {
    keys.stop();
  }
});

describe('by the clock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  // the promise of docs/sign-in.md
  test.each([0, 1_000, 1_999, 5_000])(
    'a key that is revoked %i ms after it was followed ends within 10 seconds',
    async (ms) => {
      let isRevoked = false;
      const keys = createLiveKeys(
        async (credentials) => new Map(isRevoked ? [] : credentials.map((each) => [credentialId(each), STATE])),
        createLog('silent'),
      );
      const states: (CredentialState | null)[] = [];
      keys.follow({ apiKeyId: 'key', sessionId: null }, (state) => states.push(state));
      await jest.advanceTimersByTimeAsync(ms);
      expect(states).not.toContain(null);
      isRevoked = true;
      await jest.advanceTimersByTimeAsync(10_000);
      expect(states).toContain(null);
      keys.stop();
    },
  );
});
