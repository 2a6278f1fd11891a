// The settings of a process: of each whether it is set, and the value of those that can be no secret.
import { readConfig } from '../../config/config';

/** Numbers, switches, and choices from a list. */
const SHOWN = new Set([
  'ALLOW_HTTP_TARGETS',
  'ALLOW_OWNER_ROLE',
  'ALLOWED_TARGET_PORTS',
  'DATABASE_WAIT_SECONDS',
  'DELIVER_CONNECTIONS',
  'GRAPHIQL',
  'LOG_LEVEL',
  'MAX_BACKLOG',
  'MAX_BACKLOG_MIB',
  'MONITOR_PORT',
  'NODE_ENV',
  'OIDC_CREATE_USERS',
  'PORT',
  'PROCESSES',
  'RATE_LIMIT_COST_PER_MINUTE',
  'RATE_LIMIT_REQUESTS_AT_ONCE',
  'RATE_LIMIT_REQUESTS_PER_SECOND',
  'RATE_LIMIT_WRONG_KEYS_PER_MINUTE',
  'READ_CONNECTIONS',
  'READ_PLANS',
  'SECOND_PERSON_WAIT_HOURS',
  'SERVE_CONNECTIONS',
  'START_PAUSED',
  'TRUSTED_DOCUMENTS_ONLY',
]);
/** Also of a value that was given to the wrong setting. */
const PLAIN =
  /^(\d{1,9}(,\d{1,5})*|on|off|true|false|yes|no|production|development|test|((api|worker|indexer)(,|$))+|[a-z]{4,6})$/i;

/** The names of all settings that a process reads. */
export function settingNames(): string[] {
  const names = new Set(['NODE_ENV']);
  readConfig(
    new Proxy<Record<string, string | undefined>>(
      {},
      {
        get(_env, name) {
          names.add(String(name));
          return undefined;
        },
        ownKeys: () => [],
      },
    ),
  );
  return [...names].sort();
}

export function shownSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const set = settingNames().filter((name) => env[name]?.trim());
  return Object.fromEntries(set.map((name) => [name, shown(name, env[name]?.trim() ?? '')]));
}

function shown(name: string, value: string): string {
  return SHOWN.has(name) && PLAIN.test(value.replaceAll(' ', '')) ? value : 'set';
}
