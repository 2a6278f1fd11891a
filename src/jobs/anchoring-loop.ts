// Sends signed heads of the evidence to webhooks, witnesses and a time-stamp authority. Sealing does not wait for it.
import type { DataSource } from 'typeorm';
import { createSender } from '../delivery/http/send';
import { createAnchoring } from '../evidence/anchors/anchor-heads';
import type { Authority } from '../evidence/anchors/time-stamp';
import type { Witness } from '../evidence/anchors/witness';
import { createFaultLog } from '../fault-log';
import type { Log } from '../log';
import { type Commits, type Loop, restUntilCommit, startLoop } from '../loop';
import { pipelinedTransactions } from '../sql/transactions';
import type { TargetPolicy } from '../webhooks/request/target-url';

const REST_MS = 5_000;
/** An answer of an authority has its certificates; that of a witness has a few lines. */
const ANSWER_BYTES = 64 * 1024;

export interface AnchorSettings {
  witnesses: readonly Witness[];
  authority: Authority | null;
}

export function startAnchoring(
  source: DataSource,
  commits: Commits,
  settings: AnchorSettings,
  policy: TargetPolicy,
  log: Log,
): Loop {
  // answers are signed, and queries contain no secret: authorities commonly have http: addresses
  const open = { ...policy, allowHttp: true, allowedPorts: null };
  const sender = createSender(open, { responseBytesKept: ANSWER_BYTES, responseBytesRead: ANSWER_BYTES });
  const report = createFaultLog((error) => log.warn({ err: error }, 'a head of the evidence could not be anchored'));
  const anchoring = createAnchoring({
    db: source.manager,
    transaction: pipelinedTransactions(source),
    sender,
    witnesses: settings.witnesses,
    authority: settings.authority,
    onFailure: ({ kind, by }, error) => report(new Error(`${kind} ${by}: ${error}`)),
  });
  const loop = startLoop('anchoring', restUntilCommit(REST_MS, commits), log, async () =>
    (await anchoring.step()) ? REST_MS : false,
  );
  return {
    wake: loop.wake,
    async stop() {
      await loop.stop();
      await sender.stop();
    },
  };
}
