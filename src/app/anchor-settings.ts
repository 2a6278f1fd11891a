// Where signed heads of the evidence are sent, and whose proofs are believed.
import { readFile } from 'node:fs/promises';
import { type Config, ConfigError } from '../config/config';
import { readPolicy } from '../evidence/anchors/witness';
import { readCertificates } from '../evidence/formats/time-stamp-token';
import type { TrustedParties } from '../evidence/verifying/tree/check-anchors';
import type { AnchorSettings } from '../jobs/anchoring-loop';

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
