import type { Config } from '../config/config';
import { createHeadMemory } from '../evidence/head-memory';
import { logHostOf } from '../evidence/log-key';
import { type AnchorSettings, startAnchoring } from '../jobs/anchoring-loop';
import { startDroppingMonths } from '../jobs/dropping-loop';
import { startErasing, startErasingPastLimits } from '../jobs/erasing-loop';
import { startFollowing } from '../jobs/follow-log';
import { startPublishingAuditEvents } from '../jobs/publish-audit-events';
import { startDestroyingKeys, startSealing } from '../jobs/sealing-loop';
import { startVerifying } from '../jobs/verifying-loop';
import type { ErasingParts } from '../privacy/erasing/run-erasures';
import type { Parts } from './process-parts';
import type { Stop } from './stops';

export interface IndexingParts {
  anchors: AnchorSettings;
  erasing: ErasingParts;
}

/** Starts what a process with the role `indexer` does: the work behind the log, beside that of other indexers. */
export function startIndexing(
  config: Config,
  { deliver, keyring, policy, log }: Parts,
  { anchors, erasing }: IndexingParts,
  stops: Stop[],
): void {
  const host = logHostOf(config);
  const memory = createHeadMemory(config.evidenceHeadFile, host);
  const started = (loop: { stop(): Promise<unknown> }) => stops.push({ part: 'loop', stop: () => loop.stop() });
  started(startFollowing(deliver, log));
  started(startSealing(deliver, keyring, { host, memory }, log));
  started(startDestroyingKeys(deliver, log));
  started(startAnchoring(deliver, anchors, policy, log));
  started(startErasing(erasing, log));
  started(startErasingPastLimits(erasing, log));
  started(startDroppingMonths(deliver, log));
  started(startPublishingAuditEvents(deliver, log));
  started(startVerifying(deliver, log));
}
