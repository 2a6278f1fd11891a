// Where signed heads of the evidence are sent.
import { readFile } from 'node:fs/promises';
import { type Config, ConfigError } from '../config/config';
import { witnessesOf } from '../evidence/anchors/witness';
import type { AnchorSettings } from '../jobs/anchoring-loop';

/** @throws ConfigError if the policy cannot be read */
export async function anchorSettingsOf(config: Config): Promise<AnchorSettings> {
  const { evidencePolicyFile: path, evidenceTsaUrl: authorityUrl } = config;
  if (path === null) return { witnesses: [], authorityUrl };
  try {
    return { witnesses: witnessesOf(await readFile(path, 'utf8')), authorityUrl };
  } catch (error) {
    throw new ConfigError([`EVIDENCE_POLICY_FILE: ${(error as Error).message}`]);
  }
}
