// Where signed heads of the evidence are sent, and whose proofs are believed.
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { DataSource } from 'typeorm';
import { type Config, ConfigError } from '../config/config';
import { DatabaseStartError } from '../database/start-with-database';
import { readPolicy } from '../evidence/anchors/witness';
import { readCertificates } from '../evidence/formats/time-stamp-token';
import type { TrustedParties } from '../evidence/verifying/tree/check-anchors';
import type { AnchorSettings } from '../jobs/evidence-loops';
import { keysInUse } from '../keyring/encrypted-secret.store';
import type { Keyring } from '../keyring/keyring';
import { type Network, parseNetworks } from '../values/networks';
import type { TargetPolicy } from '../webhooks/request/target-url';

/** @throws ConfigError if a file cannot be read */
export async function anchorSettingsOf(config: Config): Promise<AnchorSettings & { parties: TrustedParties }> {
  const { evidencePolicyFile, evidenceTsaCaFile, evidenceTsaUrl: url } = config;
  const { keys, witnesses } = await read('EVIDENCE_POLICY_FILE', evidencePolicyFile, readPolicy, NO_WITNESSES);
  const authorities = await read('EVIDENCE_TSA_CA_FILE', evidenceTsaCaFile, readCertificates, []);
  const authority = url === null ? null : { url, trusted: authorities };
  return { witnesses, authority, parties: { witnesses: keys, authorities } };
}

const NO_WITNESSES = { keys: [], witnesses: [] };

async function read<Value>(
  name: string,
  path: string | null,
  parse: (text: string) => Value,
  none: Value,
): Promise<Value> {
  if (path === null) return none;
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new ConfigError([`${name}: ${(error as Error).message}`]);
  }
}

// The addresses that the configuration allows webhooks to call.

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

/**
 * Called at the start, so that a missing key is found then and not at the next delivery.
 * @throws DatabaseStartError that names the keys which ENCRYPTION_KEY lacks
 */
export async function refuseMissingEncryptionKeys(source: DataSource, keyring: Keyring): Promise<void> {
  const unknown = (await keysInUse(source.manager)).filter((kek) => !keyring.knows(kek));
  if (unknown.length > 0) {
    throw new DatabaseStartError(
      `ENCRYPTION_KEY lacks the key ${unknown.join(', ')} under which secrets in this database are encrypted: ` +
        'add it to the list.',
    );
  }
}
