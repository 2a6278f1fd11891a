// Reads with one statement, as the server does, on a data source of a test.
import { getOperationAST, type OperationDefinitionNode, parse } from 'graphql';
import type { DataSource } from 'typeorm';
import type { Context } from '../../src/graphql/context';
import { createLog } from '../../src/logging/log';
import { createReadQuery } from '../../src/read-plan/read-query';
import { SQL_FIELDS, sharedSchema } from '../../src/server/schema/schema';
import { newId } from '../../src/values/ids';
import { UNMASKED } from '../masking/unmasked';

const NO_PIPELINES = { row: () => null, learn: () => undefined, stop: async () => undefined };

export function readInOne(
  source: DataSource,
  query: string,
  variables: Record<string, unknown> = {},
  optimisticAuth: Context['optimisticAuth'] = null,
) {
  const document = parse(query);
  const operation = getOperationAST(document) as OperationDefinitionNode;
  const readQuery = createReadQuery(sharedSchema(), SQL_FIELDS, { db: source.manager, pipelines: NO_PIPELINES });
  return readQuery({ document, operation, variables, context: { ...contextOf(source), optimisticAuth } });
}

/** Of an auditor. */
export function contextOf(source: DataSource): Context {
  return {
    db: source.manager,
    transaction: () => Promise.reject(new Error('reading needs no transaction')),
    viewer: {
      userId: newId(),
      apiKeyId: newId(),
      name: 'reader',
      roles: new Set(['AUDITOR']),
      sessionId: null,
      remoteAddress: null,
      userAgent: null,
      requestId: 'test',
    },
    requestId: 'test',
    remoteAddress: '127.0.0.1',
    traceparent: null,
    log: createLog('silent'),
    variables: () => undefined,
    services: UNMASKED,
    memory: new Map(),
  };
}
