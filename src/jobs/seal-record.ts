// Puts closed requests and audit entries into the tree of the evidence, and signs its head.
import type { DataSource } from 'typeorm';
import { SEALING } from '../database/pools';
import { seal } from '../evidence/seal';
import { hasUnsealed } from '../evidence/tree.store';
import type { Keyring } from '../keyring/keyring';
import type { Log } from '../log';
import { type Loop, startLoop } from '../loop';
import { pipelinedTransactions } from '../sql/transactions';

const REST_MS = 1_000;

/** @param host the beginning of the name of the evidence log, used when its key is made */
export function startSealing(source: DataSource, keyring: Keyring, host: string, log: Log): Loop {
  const transaction = pipelinedTransactions(source, SEALING);
  return startLoop('sealing', REST_MS, log, async () => {
    return (await hasUnsealed(source.manager)) ? seal(transaction, keyring, host) : false;
  });
}
