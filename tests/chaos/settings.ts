import { randomBytes } from 'node:crypto';
import type { Urls } from '../../src/database/embedded-postgres/logins';

/** The settings that all processes of an installation have. Partners are on this machine. */
export function settingsFor(urls: Urls, adminKey: string): Record<string, string> {
  return {
    DATABASE_URL: urls.servingUrl,
    MIGRATION_DATABASE_URL: urls.migrationUrl,
    ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_API_KEY: adminKey,
    PORT: '0',
    ALLOW_HTTP_TARGETS: 'on',
    ALLOWED_TARGET_NETWORKS: '127.0.0.0/8',
  };
}
