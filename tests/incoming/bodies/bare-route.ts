import fastify from 'fastify';
import { createDataSource } from '../../../src/database/data-source';
import { DELIVER } from '../../../src/database/pools';
import { createReceiver } from '../../../src/incoming/receive';
import { createKeyring } from '../../../src/keyring/keyring';
import { createLog } from '../../../src/logging/log';
import { answerErrorsAsJson } from '../../../src/server/edge/http-errors';
import { RECEIVING_LIMITS, type ReceivingLimits, serveIncoming } from '../../../src/server/routes/incoming-route';
import { pipelinedTransactions, type Transaction } from '../../../src/sql/transactions';
import type { TestApp } from '../../support/app';
import type { Agreed } from '../callers';

export interface BareRoute {
  addressOf(agreed: Agreed): string;
  /** Ends the connections by which addresses and settings are looked up. */
  endLookUps(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * The same addresses in a server of its own, with limits that a test can reach.
 * @param before resolves when a transaction that records calls may begin
 */
export async function startBareRoute(
  app: TestApp,
  limits: Partial<ReceivingLimits>,
  before: () => Promise<unknown> = async () => undefined,
): Promise<BareRoute> {
  const source = await createDataSource(app.database.servingUrl, DELIVER).initialize();
  const lookUps = await createDataSource(app.database.servingUrl, DELIVER).initialize();
  const record = pipelinedTransactions(source);
  const transaction: Transaction = async (work, options) => {
    await before();
    return record(work, options);
  };
  const receiver = createReceiver({
    db: lookUps.manager,
    transaction,
    keyring: createKeyring([Buffer.from(app.env.ENCRYPTION_KEY as string, 'base64')]),
    log: createLog('silent'),
    announceEvents: () => undefined,
    onReceived: () => undefined,
  });
  const server = fastify({ forceCloseConnections: true, trustProxy: true });
  answerErrorsAsJson(server);
  serveIncoming(server, { ownUrl: () => 'http://localhost', clientCertHeader: null, trustedProxies: [] }, receiver, {
    ...RECEIVING_LIMITS,
    ...limits,
  });
  const url = await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    addressOf: ({ token }) => `${url}/in/${token}`,
    endLookUps: () => lookUps.destroy(),
    async stop() {
      await server.close();
      await receiver.stop();
      await source.destroy();
      if (lookUps.isInitialized) await lookUps.destroy();
    },
  };
}
