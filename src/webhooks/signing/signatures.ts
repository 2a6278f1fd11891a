// The signature schemes of a webhook, and the secrets that are created and expired with them.
import { currentTime } from '../../clock';
import { InputError, type UserError } from '../../errors';
import type { Keyring } from '../../keyring/keyring';
import type { Db } from '../../sql/db';
import { MAX_LIVE_KEYS } from '../setting-limits';
import { SIGNATURE_SCHEMES, type SignatureScheme } from '../webhook.entity';
import { createSigningSecret, type NewSecret, secretFault } from './signing-secret';
import { expireSecrets, liveKeys } from './webhook-secret.store';

export const DEFAULT_SIGNATURES: readonly SignatureScheme[] = ['V1'];

/** Secrets that the client gives; null or absent: random ones. */
export interface OwnSecrets {
  secret?: string | null;
  frappeSecret?: string | null;
}

/** The created secrets, which only the response of the mutation shows; null: none of that kind was created. */
export interface ShownSecrets {
  secret: string | null;
  publicKey: string | null;
  frappeSecret: string | null;
}

/** Without repetitions and in the order of the enum, so that equal choices are stored equally. */
export function orderedSchemes(wanted: readonly SignatureScheme[]): SignatureScheme[] {
  return SIGNATURE_SCHEMES.filter((scheme) => wanted.includes(scheme));
}

/** The faults of the given secrets. No message repeats a secret. */
export function ownSecretFaults(signatures: readonly SignatureScheme[], own: OwnSecrets): UserError[] {
  const given = [
    { scheme: 'V1', field: 'secret', text: own.secret },
    { scheme: 'FRAPPE', field: 'frappeSecret', text: own.frappeSecret },
  ] as const;
  return given.flatMap(({ scheme, field, text }): UserError[] => {
    if (text === undefined || text === null) return [];
    const unwanted = `${field} was given, but ${scheme} is not among the signatures ${signatures.join(', ')}.`;
    const message = signatures.includes(scheme) ? secretFault(scheme, text, field) : unwanted;
    return message ? [{ field: [field], code: 'INVALID', message }] : [];
  });
}

/** Creates a secret for each of these schemes. */
export async function createSecrets(
  db: Db,
  keyring: Keyring,
  webhookId: string,
  schemes: readonly SignatureScheme[],
  own: OwnSecrets = {},
): Promise<ShownSecrets> {
  const owned: Partial<Record<SignatureScheme, string | null>> = { V1: own.secret, FRAPPE: own.frappeSecret };
  const made: NewSecret[] = [];
  for (const scheme of schemes) made.push(await createSigningSecret(db, keyring, webhookId, scheme, owned[scheme]));
  const of = (scheme: SignatureScheme) => made.find((each) => each.scheme === scheme);
  return {
    secret: of('V1')?.secret ?? null,
    publicKey: of('V1A')?.publicKey ?? null,
    frappeSecret: of('FRAPPE')?.secret ?? null,
  };
}

/**
 * Creates a secret for each added scheme. The secrets of a removed scheme expire at once and stay on record; a scheme
 * that is added again gets a new secret.
 * @param webhook its row, locked
 * @throws InputError CONFLICT when the webhook would have more than ten live keys
 */
export async function changeSignatures(
  db: Db,
  keyring: Keyring,
  webhook: { id: string; name: string; signatures: readonly SignatureScheme[] },
  wanted: readonly SignatureScheme[],
): Promise<ShownSecrets> {
  const now = currentTime();
  const added = wanted.filter((scheme) => !webhook.signatures.includes(scheme));
  const removed = webhook.signatures.filter((scheme) => !wanted.includes(scheme));
  await expireSecrets(db, webhook.id, removed, now);
  await refuseTooManyKeys(db, webhook, added.length, now, 'signatures');
  return createSecrets(db, keyring, webhook.id, added);
}

/**
 * @throws InputError CONFLICT when `more` new keys would exceed the limit; the message says when the next key expires.
 */
export async function refuseTooManyKeys(
  db: Db,
  webhook: { id: string; name: string },
  more: number,
  now: Date,
  field: string,
): Promise<void> {
  const live = await liveKeys(db, webhook.id, now);
  if (more === 0 || live.length + more <= MAX_LIVE_KEYS) return;
  const ends = live.map((key) => key.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  const next = new Date(Math.min(...ends)).toISOString();
  const message = `${webhook.name} has ${live.length} live keys; at most ${MAX_LIVE_KEYS} sign. The next one expires at ${next}.`;
  throw new InputError([{ field: [field], code: 'CONFLICT', message }]);
}
