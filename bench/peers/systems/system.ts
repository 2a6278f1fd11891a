/** What is measured: Hookledger or a peer. */
export interface System {
  name: string;
  /** Publishes an event of its own key or id, in a call of its own. Resolves when it was accepted. */
  publish(number: number): Promise<void>;
  /** Publishes an event for the endpoint that never answers. */
  publishStuck(number: number): Promise<void>;
  /** Removes the endpoint that never answers. */
  removeStuck(): Promise<void>;
  /** The last 25 attempts, with their payloads and responses. @returns how many there were */
  lastAttempts(): Promise<number>;
  /** For how long at most it gathers what it writes after an event was sent. */
  gathersMs: number;
  /** Of the system's own programs. */
  pids: readonly number[];
  /** Of the databases and brokers that it uses, with their children. */
  storePids: readonly number[];
  /** Kills the worker with SIGKILL and starts it again; null: it is not known how. */
  crash: (() => Promise<void>) | null;
}

export const LAST_ATTEMPTS = 25;

/** The paths of the receiver: one answers, one takes the call and never does. */
export interface Endpoints {
  healthy: string;
  stuck: string;
}
