// The thread that explains a call and then ends. explain-apart.ts starts it.
import { parentPort, workerData } from 'node:worker_threads';
import { PROVIDERS } from '../providers/providers';
import type { AskedExplanation } from './explain-apart';
import { explainCall } from './explain-call';

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

// a Buffer that is copied to a thread becomes a Uint8Array
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
