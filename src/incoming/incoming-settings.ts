// Finds the incoming settings of an address. They are cached, and their version is compared before a call is answered: for accepted
// calls in their transaction (`record-calls.ts`), for refused ones by `find`.
import { LRUCache } from 'lru-cache';
import type { Keyring } from '../keyring/keyring';
import { createTokenBuckets, type TokenBuckets } from '../limits/token-buckets';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import type { Agreement } from '../verification/judge';
import { DEFAULT_SETTINGS, type Place, type VerificationSettings } from '../verification/provider';
import { PROVIDERS } from '../verification/providers/providers';
import {
  type AgreementRow,
  agreementsById,
  type TokenTarget,
  targetsOfTokens,
} from '../webhooks/incoming/incoming-agreement.store';
import { decryptVerificationSecrets, verificationSecrets } from '../webhooks/incoming/verification-secret.store';
import { type WebhookRow, webhooksById } from '../webhooks/webhook.store';

/** Everything that decides about a call. */
export interface IncomingSettings {
  readonly webhook: WebhookRow;
  readonly row: AgreementRow;
  readonly agreement: Agreement;
  readonly places: {
    readonly event: readonly Place[];
    readonly id: readonly Place[];
    readonly reference: readonly Place[];
  };
  /** The names, in lower case, of headers that are recorded without their value. */
  readonly secretHeaders: ReadonlySet<string>;
  /** null: no limit. */
  readonly rate: TokenBuckets | null;
}

export interface SettingsCache {
  /** The settings that the last `find` found, without a query: they may have changed. null: look them up. @param hash of the token */
  known(hash: Buffer): IncomingSettings | null;
  /** The current settings; null: the address does not exist. @param hash the hash of the token */
  find(hash: Buffer): Promise<IncomingSettings | null>;
}

const MAX_CACHED = 5_000;
const CREDENTIALS = ['authorization', 'cookie', 'proxy-authorization'];

/** @param db queried once for all calls that arrive while the previous query runs */
export function createSettingsCache(db: Db, keyring: Keyring): SettingsCache {
  const cached = new LRUCache<string, IncomingSettings>({ max: MAX_CACHED });
  /** The webhooks of tokens. */
  const webhooks = new LRUCache<string, string>({ max: MAX_CACHED });
  const targets = batched<TokenTarget | null>(async (hashes) => {
    const found = await targetsOfTokens(
      db,
      hashes.map((hash) => Buffer.from(hash, 'base64')),
      currentTime(),
    );
    const byHash = new Map(found.map((target) => [target.hash.toString('base64'), target]));
    return hashes.map((hash) => byHash.get(hash) ?? null);
  });
  const settings = batched<IncomingSettings | null>(async (ids) => {
    const read = await readSettings(db, keyring, ids);
    return ids.map((id) => read.get(id) ?? null);
  });
  return {
    known(hash) {
      const webhookId = webhooks.get(hash.toString('base64'));
      return (webhookId !== undefined && cached.get(webhookId)) || null;
    },
    async find(hash) {
      const key = hash.toString('base64');
      const target = await targets(key);
      if (target === null) {
        webhooks.delete(key);
        return null;
      }
      webhooks.set(key, target.webhookId);
      const known = cached.get(target.webhookId);
      if (known?.row.version === target.version) return known;
      const read = await settings(target.webhookId);
      cached.delete(target.webhookId);
      if (read === null) return null;
      cached.set(target.webhookId, read);
      return read;
    },
  };
}

/** Batches requests: those of the same tick share a query, and those that arrive while it runs share the next one. */
function batched<Answer>(ask: (keys: string[]) => Promise<Answer[]>): (key: string) => Promise<Answer> {
  let waiting = new Map<string, PromiseWithResolvers<Answer>>();
  let isRunning = false;
  const runAll = async () => {
    while (waiting.size > 0) {
      const batch = waiting;
      waiting = new Map();
      try {
        const answers = await ask([...batch.keys()]);
        for (const [index, { resolve }] of [...batch.values()].entries()) resolve(answers[index] as Answer);
      } catch (error) {
        for (const { reject } of batch.values()) reject(error);
      }
    }
    isRunning = false;
  };
  return (key) => {
    const entry = waiting.get(key) ?? Promise.withResolvers<Answer>();
    waiting.set(key, entry);
    if (!isRunning) setImmediate(runAll);
    isRunning = true;
    return entry.promise;
  };
}

async function readSettings(db: Db, keyring: Keyring, ids: readonly string[]): Promise<Map<string, IncomingSettings>> {
  // reads the version first: the settings that are read later are at least as new
  const rows = await agreementsById(db, ids);
  const [webhooks, secrets] = [await webhooksById(db, ids), await verificationSecrets(db, ids, currentTime())];
  const found = [...rows.values()].flatMap((row) => {
    const webhook = webhooks.get(row.webhookId);
    if (!webhook) return [];
    const own = secrets.filter((secret) => secret.webhookId === row.webhookId);
    return [[row.webhookId, incomingSettings(webhook, row, decryptVerificationSecrets(keyring, own))] as const];
  });
  return new Map(found);
}

export function incomingSettings(
  webhook: WebhookRow,
  row: AgreementRow,
  secrets: Agreement['secrets'],
): IncomingSettings {
  const provider = PROVIDERS[row.provider];
  const settings: VerificationSettings = { ...DEFAULT_SETTINGS, ...(JSON.parse(row.settings) as object) };
  const { rateLimit, rateLimitSeconds } = webhook;
  return {
    webhook,
    row,
    agreement: { provider, settings, toleranceSeconds: row.toleranceSeconds, secrets },
    places: {
      event: placesOf(row.eventLocation, provider.places.event),
      id: placesOf(row.idLocation, provider.places.id),
      reference: placesOf(row.referenceLocation, provider.places.reference),
    },
    secretHeaders: new Set([...CREDENTIALS, ...(provider.secretHeaders?.(settings) ?? [])]),
    rate: rateLimit === null ? null : createTokenBuckets(rateLimit / (rateLimitSeconds ?? 1), rateLimit),
  };
}

function placesOf(own: string | null, usual: readonly Place[]): readonly Place[] {
  if (own === null) return usual;
  const [from, name] = JSON.parse(own) as [Place['from'], string];
  return [{ from, name }];
}
