// What the log says of failed attempts: that the circuit of a webhook has opened, and once a minute how many have failed. A line for
// each would hide all others.
import type { Log } from '../../logging/log';
import { toNodeId } from '../../values/ids';
import type { CircuitRow } from '../../webhooks/webhook-circuit.store';
import type { SendErrorCode } from '../send-error';

const EVERY_MS = 60_000;
/** Those that failed most often have a line of their own; the others have one together. */
const MAX_LINES = 20;

export type OpenedCircuit = Pick<CircuitRow, 'webhookId' | 'reason' | 'openUntil'>;

export interface FailureLog {
  attemptFailed(webhookId: string, errorCode: SendErrorCode, responseStatus: number | null): void;
  /** Call it when this is committed. */
  circuitOpened(circuit: OpenedCircuit): void;
  /** Writes what was counted since the last line. */
  flush(): void;
}

interface Failures {
  failed: number;
  openings: number;
  errorCode: SendErrorCode | null;
  responseStatus: number | null;
}

export function createFailureLog(log: Pick<Log, 'warn'>): FailureLog {
  let byWebhook = new Map<string, Failures>();
  let timer: NodeJS.Timeout | undefined;

  function of(webhookId: string): Failures {
    const known = byWebhook.get(webhookId) ?? { failed: 0, openings: 0, errorCode: null, responseStatus: null };
    byWebhook.set(webhookId, known);
    timer ??= setTimeout(flush, EVERY_MS).unref();
    return known;
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    const all = [...byWebhook].filter(([, { failed }]) => failed > 0).sort(([, a], [, b]) => b.failed - a.failed);
    byWebhook = new Map();
    for (const [webhookId, failures] of all.slice(0, MAX_LINES)) {
      log.warn({ webhook: toNodeId('Webhook', webhookId), ...failures }, 'attempts to a webhook have failed');
    }
    const others = all.slice(MAX_LINES);
    if (others.length === 0) return;
    const failed = others.reduce((sum, [, failures]) => sum + failures.failed, 0);
    log.warn({ webhooks: others.length, failed }, 'attempts to other webhooks have failed');
  }

  return {
    attemptFailed(webhookId, errorCode, responseStatus) {
      const failures = of(webhookId);
      failures.failed += 1;
      Object.assign(failures, { errorCode, responseStatus });
    },
    circuitOpened({ webhookId, reason, openUntil }) {
      const failures = of(webhookId);
      failures.openings += 1;
      if (failures.openings > 1) return;
      log.warn({ webhook: toNodeId('Webhook', webhookId), reason, openUntil }, 'the circuit of a webhook has opened');
    },
    flush,
  };
}
