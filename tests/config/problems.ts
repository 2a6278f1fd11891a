import { randomBytes } from 'node:crypto';
import { ConfigError, readConfig } from '../../src/config/config';

export const ENCRYPTION_KEY = randomBytes(32).toString('base64');
export const DATABASE = { DATABASE_URL: 'postgres://hookledger:hunter2@db.example.com/ledger', ENCRYPTION_KEY };

/** What is wrong with this environment, one line a key. */
export function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The keys that readConfig() asks for. */
export function keysRead(): Set<string> {
  const keys = new Set<string>();
  const env = new Proxy<Record<string, string>>({}, { get: (_env, key) => void keys.add(String(key)) });
  readConfig(env);
  return keys;
}
