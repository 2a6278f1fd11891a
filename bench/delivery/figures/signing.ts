import { createSecretKey, randomBytes } from 'node:crypto';
import { signatureHeaders } from '../../../src/delivery/authentication/sign';
import { clockMs } from '../../clock';
import { eventJson } from '../../load';

const ROUNDS = 20_000;

/** Microseconds that signing one delivery takes, of the size that this benchmark sends. */
export function measureSigning(): number {
  const keys = [{ id: '', scheme: 'V1' as const, key: createSecretKey(randomBytes(32)) }];
  const body = Buffer.from(eventJson(0));
  const rounds = (count: number) => {
    for (let round = 0; round < count; round += 1) signatureHeaders('dlv_0', round, body, keys);
  };
  rounds(ROUNDS / 10);
  const start = clockMs();
  rounds(ROUNDS);
  return (1000 * (clockMs() - start)) / ROUNDS;
}
