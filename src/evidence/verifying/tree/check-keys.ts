// Compares the keys of the log with the sealed entries about them. A person with the database and without ENCRYPTION_KEY can insert a
// key whose private half is theirs, or take back that a key is compromised: the entries are in the tree, and the tree is signed.
import type { Keyring } from '../../../keyring/keyring';
import type { Db } from '../../../sql/db';
import { isTime, ROTATED_ACTION } from '../../formats/leaf-kinds';
import { readVkey } from '../../formats/signed-note';
import { opensAs } from '../../log-key';
import type { Findings } from './findings';
import { type CheckedKey, keyEntries, keysToCheck } from './keys.store';
import { detailsOf, isSealedOrder } from './sealed-entries';

/** How a key came to be, as a sealed entry says. */
interface Origin {
  vkey: string;
  leafIndex: number;
  /** The key that it follows; null: after a restart, another log. */
  rotation: { oldVkey: string; retiresAt: string | null; compromisedAt: string | null } | null;
  /** The lost head, after a restart. */
  continues: string | null;
}

/** @param keyring null: the private halves are not opened */
export async function checkKeys(db: Db, keyring: Keyring | null, findings: Findings): Promise<void> {
  const faults = await faultsOfKeys(db, keyring);
  if (faults.length === 0) return;
  // a key that was made between the two statements is there at the second time
  const still = new Set(await faultsOfKeys(db, keyring));
  for (const message of faults) if (still.has(message)) findings.add('BAD_KEY', message);
}

async function faultsOfKeys(db: Db, keyring: Keyring | null): Promise<string[]> {
  const origins = await originsOf(db);
  const keys = await keysToCheck(db);
  const missing = origins.filter(({ vkey }) => keys.every((key) => key.vkey !== vkey));
  return [
    ...keys.flatMap((key, at) => {
      const fault = faultOf(key, keys.slice(0, at), origins, keyring);
      return fault === null ? [] : [`${fault}: ${JSON.stringify(key.vkey)?.slice(0, 200)}.`];
    }),
    ...missing.map(({ vkey }) => `A sealed entry of the audit trail names a key that is gone: ${vkey}.`),
  ];
}

function faultOf(
  key: CheckedKey,
  older: readonly CheckedKey[],
  origins: readonly Origin[],
  keyring: Keyring | null,
): string | null {
  const { id, vkey, signsFrom, continues } = key;
  const name = typeof vkey === 'string' ? readVkey(vkey)?.name : undefined;
  if (id === null || name === undefined || name !== key.origin) return 'A key lacks its name, or it is no key';
  if (older.some((each) => each.vkey === vkey || each.id === id)) return 'A key is there twice';
  const from = origins.find((origin) => origin.vkey === vkey);
  if (!from && older.length > 0) return 'No sealed entry of the audit trail says how this key came to be';
  if ((from?.rotation ? from.leafIndex + 1 : null) !== signsFrom || (from?.continues ?? null) !== continues) {
    return 'The sealed entry about a key says another thing about its first head';
  }
  return faultOfTimes(key, origins) ?? faultOfSecret(key, keyring);
}

const isoOf = (time: Date | null) => (time === null ? null : isTime(time) ? time.toISOString() : String(time));

function faultOfTimes(key: CheckedKey, origins: readonly Origin[]): string | null {
  const next = origins.find(({ rotation }) => rotation?.oldVkey === key.vkey)?.rotation;
  if (isoOf(key.retiresAt) !== (next?.retiresAt ?? null)) return 'No sealed entry says that a key retires at this time';
  if (isoOf(key.compromisedAt) !== (next?.compromisedAt ?? null)) {
    return 'The sealed entry about a key says another thing about when it was compromised';
  }
  const { destroyedAt, retiresAt } = key;
  const isDestroyed = destroyedAt !== null;
  if (!isTime(key.createdAt) || (isDestroyed && !isTime(destroyedAt))) return 'A key has a time that is none';
  return isDestroyed && (retiresAt === null || destroyedAt < retiresAt) ? 'A key was destroyed that signs' : null;
}

function faultOfSecret(key: CheckedKey, keyring: Keyring | null): string | null {
  const { kek, wrapped, box, destroyedAt } = key;
  if (destroyedAt !== null) {
    return kek === null && wrapped === null && box === null ? null : 'A destroyed key has a private half';
  }
  if (kek === null || wrapped === null || box === null) return 'The private half of a key is gone';
  const isOwn = keyring === null || opensAs({ ...key, id: key.id as string, secret: { kek, wrapped, box } }, keyring);
  return isOwn ? null : 'The private half of a key cannot be decrypted with ENCRYPTION_KEY, or it is of another key';
}

async function originsOf(db: Db): Promise<Origin[]> {
  const textOf = (value: unknown) => (typeof value === 'string' ? value : null);
  const entries = await keyEntries(db);
  return entries.filter(isSealedOrder).flatMap((entry): Origin[] => {
    const { oldVkey, newVkey, vkey, lostHead, retiresAt, compromisedAt } = detailsOf(entry);
    const made = textOf(entry.action === ROTATED_ACTION ? newVkey : vkey);
    if (made === null || entry.leafIndex === null) return [];
    const rotation =
      entry.action === ROTATED_ACTION
        ? { oldVkey: String(oldVkey), retiresAt: textOf(retiresAt), compromisedAt: textOf(compromisedAt) }
        : null;
    return [{ vkey: made, leafIndex: entry.leafIndex, rotation, continues: rotation ? null : textOf(lostHead) }];
  });
}
