// Signing in and out.
import type { FieldFault } from './api-error';
import { forgetDrafts } from './kept-drafts';
import { queryClient } from './query-client';
import { errorOf, post, readJson } from './request';
import { setSessionEnded } from './session-state';
import { hearTabs, tellTabs } from './tabs';
import { viewerInCache } from './viewer-query';

hearTabs((message) => {
  if (message.kind === 'used') return;
  // nothing of another person stays; what the same person has typed does
  if (message.kind === 'signed in') void goOn(message.userId === viewerInCache()?.viewer?.id);
  else void queryClient.resetQueries();
});

interface LoginAnswer {
  user?: { id: string };
  errors?: readonly FieldFault[];
}

/** @returns the id of the user who is signed in now. @throws ApiError that says why not */
export async function signInWithKey(apiKey: string): Promise<string> {
  const response = await post('/auth/login', { apiKey });
  const answer = await readJson<LoginAnswer>(response);
  if (!response.ok || !answer.user) throw errorOf(response, answer.errors?.[0]);
  return answer.user.id;
}

/** Shows what the session that has begun may read; nothing of another one stays. */
export async function beginAgain(userId: string, sameUser: boolean): Promise<void> {
  tellTabs({ kind: 'signed in', userId });
  await goOn(sameUser);
}

async function goOn(sameUser: boolean): Promise<void> {
  setSessionEnded(false);
  if (sameUser) await queryClient.invalidateQueries();
  else await queryClient.resetQueries();
}

/** Ends the session here and, where people sign in at a provider, leads there. */
export async function signOut(): Promise<void> {
  const response = await post('/auth/logout', {});
  const { providerUrl } = await readJson<{ providerUrl?: string | null }>(response);
  queryClient.clear();
  forgetDrafts();
  tellTabs({ kind: 'signed out' });
  window.location.assign(providerUrl ?? '/sign-in');
}

/** The path at which the identity provider is asked who the person is. */
export function providerPath(returnTo: string): string {
  return `/auth/login?${new URLSearchParams({ returnTo })}`;
}

/** A path of these pages; anything else, such as the URL of another site, is the first page. */
export function safeReturnTo(given: string | null): string {
  return given !== null && /^\/(?![/\\])[\x21-\x7e]*$/.test(given) && !given.includes('\\') ? given : '/';
}
