import { endShared } from './environment';

export default async function globalTeardown(): Promise<void> {
  // jest has run the tests in this process, if there were few
  await endShared();
  await (globalThis as unknown as { stopTestPostgres(): Promise<void> }).stopTestPostgres();
}
