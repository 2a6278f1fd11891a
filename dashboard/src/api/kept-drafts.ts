// Forms that are half filled, kept in this tab over a new session and a reload. What is secret is not given to it.

const PREFIX = 'hookledger.draft.';

/** @param key of the form and the person */
export function keepDraft(key: string, draft: unknown): void {
  try {
    sessionStorage.setItem(PREFIX + key, JSON.stringify(draft));
  } catch {
    // a browser that keeps nothing has the form until the page is left
  }
}

/** null: none was kept. */
export function keptDraft(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + key) ?? 'null');
  } catch {
    return null;
  }
}

export function forgetDraft(key: string): void {
  try {
    sessionStorage.removeItem(PREFIX + key);
  } catch {
    // nothing was kept
  }
}

/** When a person signs out: the next one at this browser finds none. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // nothing was kept
  }
}
