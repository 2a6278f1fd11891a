/** Where a database is, for messages: without the login, which contains the password. */
export function databaseAddress(databaseUrl: string): string {
  const { host, pathname, searchParams } = new URL(databaseUrl);
  // as libpq and pg do: the parameter is preferred, and is the folder of a Unix socket if it is a path
  return `${searchParams.get('host') ?? host}${pathname}`;
}
