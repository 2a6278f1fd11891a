import fastify from 'fastify';
import { createDataSource } from '../../../src/database/data-source';
import { DELIVER } from '../../../src/database/pools';
import { createReceiver } from '../../../src/incoming/receive';
import { createKeyring } from '../../../src/keyring/keyring';
import { createLog } from '../../../src/log';
import { answerErrorsAsJson } from '../../../src/server/edge/http-errors';
import { RECEIVING_LIMITS, type ReceivingLimits, serveIncoming } from '../../../src/server/routes/incoming-route';
import { pipelinedTransactions } from '../../../src/sql/transactions';
import type { TestApp } from '../../support/app';
import type { Agreed } from '../callers';

export interface BareRoute {
  addressOf(agreed: Agreed): string;
  stop(): Promise<void>;
}

/** The same addresses in a server of its own, with limits that a test can reach. */
export async function startBareRoute(app: TestApp, limits: Partial<ReceivingLimits>): Promise<BareRoute> {
  const source = await createDataSource(app.database.servingUrl, DELIVER).initialize();
  const receiver = createReceiver({
    db: source.manager,
    transaction: pipelinedTransactions(source),
    keyring: createKeyring([Buffer.from(app.env.ENCRYPTION_KEY as string, 'base64')]),
    log: createLog('silent'),
    announceEvents: () => undefined,
    onReceived: () => undefined,
  });
  const server = fastify({ forceCloseConnections: true, trustProxy: true });
  answerErrorsAsJson(server);
  serveIncoming(server, { publicUrl: null, clientCertHeader: null, trustedProxies: [] }, receiver, {
    ...RECEIVING_LIMITS,
    ...limits,
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    addressOf: ({ token }) => `${url}/in/${token}`,
    async stop() {
      await server.close();
      await receiver.stop();
      await source.destroy();
    },
  };
}
