import type { DataSource } from 'typeorm';
import type { Keyring } from '../keyring/keyring';
import type { Log } from '../log';
import type { Metrics } from '../server/routes/metrics';
import type { TargetPolicy } from '../webhooks/request/target-url';

/** What all parts of a process use. */
export interface Parts {
  /** The pool of SERVE. */
  source: DataSource;
  /** The pool of DELIVER. */
  deliver: DataSource;
  /** The connection of MONITOR. */
  monitor: DataSource;
  keyring: Keyring;
  policy: TargetPolicy;
  metrics: Metrics;
  log: Log;
  /** The URL of the login that serves requests. */
  url: string;
}
