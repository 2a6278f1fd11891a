import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { RequestTiming } from '../../request-log/request-log.store';
import type { ConnectionSettings } from './connection-settings';

/** Receives what is known of a connection while it is made. */
export interface Dialling {
  /** A socket that is connecting, or the encrypted one that takes its place. */
  socket(socket: Socket): void;
  /** The address that a proxy is asked to connect to. */
  address(ip: string): void;
  /** The name of the target is resolved, where that is not done by the socket. */
  resolved(): void;
  /** The target is connected to, where that is not done by the socket. */
  connected(): void;
  /** What has not happened yet: the sentence of a timeout, without its end. */
  waitsFor(what: string): void;
}

/** Opens one connection. */
export type Connect = (options: buildConnector.Options, callback: buildConnector.Callback, dialling: Dialling) => void;

/** Connects with these settings. TLS sessions are resumed only with the same settings. */
export type Connector = (settings: ConnectionSettings) => Connect;

/** When the steps of opening one connection ended (performance.now()); null: this step is not needed, or has not ended. */
export interface DialTimes {
  readonly startedAt: number;
  resolvedAt: number | null;
  connectedAt: number | null;
  encryptedAt: number | null;
}

export function startDialTimes(): DialTimes {
  return { startedAt: performance.now(), resolvedAt: null, connectedAt: null, encryptedAt: null };
}

/** @param dialled of the connection that an exchange used; null: it was not opened for this exchange */
export function dialTiming(dialled: DialTimes | null): Omit<RequestTiming, 'firstByteMs'> {
  if (dialled === null) return REUSED;
  const { startedAt, resolvedAt, connectedAt, encryptedAt } = dialled;
  return {
    dnsMs: msBetween(startedAt, resolvedAt),
    connectMs: msBetween(resolvedAt ?? startedAt, connectedAt),
    tlsMs: msBetween(connectedAt, encryptedAt),
  };
}

const REUSED = { dnsMs: null, connectMs: null, tlsMs: null };

/** null: one of both has not happened. */
export function msBetween(start: number | null, end: number | null): number | null {
  return start === null || end === null ? null : Math.round(end - start);
}
