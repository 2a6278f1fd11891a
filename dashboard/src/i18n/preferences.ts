// What this browser remembers of a person: how pages look, and nothing that they show.
export type Preference = 'language' | 'theme' | 'zone' | 'keys';

/** null: nothing was chosen, or the browser keeps nothing. */
export function readPreference(name: Preference): string | null {
  try {
    return localStorage.getItem(`hookledger.${name}`);
  } catch {
    return null;
  }
}

/** @param value null: nothing is chosen any more */
export function writePreference(name: Preference, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`hookledger.${name}`);
    else localStorage.setItem(`hookledger.${name}`, value);
  } catch {
    // a browser that keeps nothing shows the choice until the page is left
  }
}
