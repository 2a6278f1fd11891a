// Whether a webhook could be sent to an address: by the rules, the name, the connection and the certificate. Nothing is sent.
import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { targetPolicyOf } from '../../app/settings';
import type { Config } from '../../config/config';
import { DIRECT } from '../../delivery/http/connection-settings';
import { lookupAddresses } from '../../delivery/http/dns-lookup';
import { guardedConnector } from '../../delivery/http/guarded-connect';
import { readTargetUrl } from '../../webhooks/request/target-url';
import { certificateFinding } from './certificate';
import { type Finding, fault, ok } from './finding';

const CONNECT_MS = 10_000;

export async function checkAddress(config: Config, given: string): Promise<Finding[]> {
  const policy = targetPolicyOf(config);
  const url = readTargetUrl(given, policy);
  // without its path and query, which may have a token
  const what = URL.parse(given)?.host ?? 'address';
  if (typeof url === 'string') return [fault(what, url, null)];
  const connect = guardedConnector({ policy, lookup: lookupAddresses })(DIRECT);
  const { hostname, protocol } = url;
  const isEncrypted = protocol === 'https:';
  const port = url.port || (isEncrypted ? '443' : '80');
  let opened: Socket | undefined;
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${hostname} did not answer within ${CONNECT_MS / 1_000} s.`)),
    CONNECT_MS,
  );
  try {
    const host = hostname.replace(/^\[|\]$/g, '');
    const options = { hostname: host, port, protocol, servername: isIP(host) === 0 ? host : '' };
    const connected = new Promise<Socket>((resolve, fail) => {
      const onEnd = (error: Error | null, socket: Socket | null) => (socket ? resolve(socket) : fail(error));
      const ignore = () => undefined;
      const dialling = { address: ignore, resolved: ignore, connected: ignore, waitsFor: ignore };
      connect(options, onEnd, {
        ...dialling,
        socket(socket) {
          opened = socket;
        },
      });
    });
    const socket = await Promise.race([connected, late]);
    const where = `${hostname} (${socket.remoteAddress}) accepts connections at port ${port}`;
    if (!(socket instanceof TLSSocket)) return [ok(what, `${where}, not encrypted.`)];
    const certificate = certificateFinding(what, hostname, socket);
    return [ok(what, `${where}, with ${socket.getProtocol()}.`), ...certificate];
  } catch (error) {
    return [fault(what, (error as Error).message, null)];
  } finally {
    clearTimeout(timer);
    opened?.destroy();
  }
}
