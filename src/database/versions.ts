// Which versions of PostgreSQL can be used.

const OLDEST = 15;
const NEWEST = 18;

/**
 * @param version as the server gives it, such as 15.8 (Debian 15.8-0)
 * @returns a sentence; null: it can be used
 */
export function versionFault(version: string): string | null {
  const major = Number.parseInt(version, 10);
  if (major >= OLDEST && major <= NEWEST) return null;
  return `It is PostgreSQL ${version}, and Hookledger works with ${OLDEST} to ${NEWEST}.`;
}
