import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { ConnectionSettings } from './connection-settings';

/** Receives what is known of a connection while it is made. */
export interface Dialling {
  /** A socket that is connecting, or the encrypted one that takes its place. */
  socket(socket: Socket): void;
  /** The address that a proxy is asked to connect to. */
  address(ip: string): void;
  /** What has not happened yet: the sentence of a timeout, without its end. */
  waitsFor(what: string): void;
}

/** Opens one connection. */
export type Connect = (options: buildConnector.Options, callback: buildConnector.Callback, dialling: Dialling) => void;

/** Connects with these settings. TLS sessions are resumed only with the same settings. */
export type Connector = (settings: ConnectionSettings) => Connect;
