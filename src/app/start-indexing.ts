import type { Config } from '../config/config';
import { createHeadMemory } from '../evidence/head-memory';
import { logHostOf } from '../evidence/log-key';
import type { TrustedParties } from '../evidence/verifying/tree/check-anchors';
import { type AnchorSettings, startAnchoring } from '../jobs/anchoring-loop';
import { startApproving } from '../jobs/approving-loop';
import { startDroppingMonths } from '../jobs/dropping-loop';
import { startErasing, startErasingPastLimits } from '../jobs/erasing-loop';
import { startFollowing } from '../jobs/follow-log';
import { startPublishingAuditEvents } from '../jobs/publish-audit-events';
import { startDestroyingKeys, startSealing } from '../jobs/sealing-loop';
import { startVerifying } from '../jobs/verifying-loop';
import type { Commits } from '../loop';
import type { ErasingParts } from '../privacy/erasing/run-erasures';
import type { Parts } from './process-parts';
import type { Stop } from './stops';

export interface IndexingParts {
  anchors: AnchorSettings & { parties: TrustedParties };
  erasing: ErasingParts;
  commits: Commits;
}

/** Starts what a process with the role `indexer` does: the work behind the log, beside that of other indexers. */
export function startIndexing(
  config: Config,
  { deliver, keyring, policy, log }: Parts,
  { anchors, erasing, commits }: IndexingParts,
  stops: Stop[],
): void {
  const host = logHostOf(config);
  const memory = createHeadMemory(config.evidenceHeadFile, host);
  const started = (part: string, loop: { stop(): Promise<unknown> }) => stops.push({ part, stop: () => loop.stop() });
  started('following the log', startFollowing(deliver, commits, log));
  started('sealing', startSealing(deliver, keyring, { host, memory, commits }, log));
  started('destroying keys', startDestroyingKeys(deliver, log));
  started('anchoring', startAnchoring(deliver, commits, anchors, policy, log));
  started('approving', startApproving(erasing, commits, log));
  started('erasing', startErasing(erasing, commits, log));
  started('erasing past limits', startErasingPastLimits(erasing, log));
  started('dropping months', startDroppingMonths(deliver, log));
  started('publishing audit events', startPublishingAuditEvents(deliver, commits, log));
  started('verifying evidence', startVerifying(deliver, { keyring, ...anchors.parties }, commits, log));
}
