// The addresses that the configuration allows webhooks to call.
import { networkInterfaces } from 'node:os';
import { type Config, ConfigError } from '../config/config';
import { type Network, parseNetworks } from '../networks';
import type { TargetPolicy } from '../webhooks/request/target-url';

const KEPT_MS = 5_000;

/** @throws ConfigError if a list of networks cannot be read */
export function targetPolicyOf(config: Config): TargetPolicy {
  const problems: string[] = [];
  const networks = (key: string, parts: readonly string[]): Network[] => {
    try {
      return parseNetworks(parts.join(','));
    } catch (error) {
      problems.push(`${key}: ${(error as Error).message}`);
      return [];
    }
  };
  const policy = {
    allowHttp: config.allowHttpTargets,
    allowedPorts: config.allowedTargetPorts,
    allowedNetworks: networks('ALLOWED_TARGET_NETWORKS', config.allowedTargetNetworks),
    blockedNetworks: networks('BLOCKED_TARGET_NETWORKS', config.blockedTargetNetworks),
    ownAddresses: ownAddresses(),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return policy;
}

// needed for each connection, but interfaces change rarely
function ownAddresses(): () => readonly string[] {
  let known: string[] = [];
  let until = 0;
  return () => {
    const now = performance.now();
    if (now >= until) {
      known = Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
      until = now + KEPT_MS;
    }
    return known;
  };
}
