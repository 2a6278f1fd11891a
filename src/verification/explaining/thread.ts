// Where calls are explained: in a thread of its own, which ends with the answer. Started by explain-apart.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { PROVIDERS } from '../providers/providers';
import { explainCall } from './explain';
import type { AskedExplanation } from './explain-apart';

const { call, decodedBody, agreement, nowMs } = workerData as AskedExplanation;
const secrets = agreement.secrets.map((secret) => ({ ...secret, bytes: bufferOf(secret.bytes) }));

parentPort?.postMessage('LOADED');
parentPort?.postMessage(
  explainCall(
    { ...call, body: bufferOf(call.body) },
    decodedBody && bufferOf(decodedBody),
    { ...agreement, provider: PROVIDERS[agreement.provider], secrets },
    nowMs,
  ),
);

// what is copied to a thread is no Buffer any more
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
