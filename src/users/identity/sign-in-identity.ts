// The user and the roles of a person whom an identity provider has signed in.

import { ROLES, type Role } from '../../access/viewer';
import { type Actor, partsAboutUser, recordAct } from '../../audit/write-audit-entry';
import type { RoleRule } from '../../config/config-values';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import { newId, timeOfId } from '../../values/ids';
import { textFault } from '../../values/text';
import { hasApiKeys } from '../api-keys/api-key.store';
import type { From } from '../api-keys/authenticate';
import {
  changeUser,
  findUserByIdentity,
  findUserByName,
  findUserForUpdate,
  findUserWithEmail,
  findUserWithEmailForUpdate,
  insertUser,
  lockEmail,
  type UserRow,
} from '../user.store';
import { tooManyUsers } from '../user-limits';

/** The claims of the provider about a person. */
export interface Identity {
  issuer: string;
  /** Never changes, and is never given to another person, as an e-mail address may be. */
  subject: string;
  /** The session at the provider (sid), which a sign-out there names; null: it names none. */
  providerSession: string | null;
  /** When the provider says that the person signed in (iat of the ID token), by its clock. */
  providerTime: Date;
  email: string | null;
  /** Whether the provider has verified that the address belongs to the person. */
  emailVerified: boolean;
  fullName: string | null;
  /** By OIDC_ROLE_MAP; null: there is none, and roles are given in Hookledger. */
  roles: readonly Role[] | null;
}

export type SignedIn = { user: UserRow; refused: null } | { user: UserRow | null; refused: string };

/**
 * Finds or creates the user of an identity, and gives them the roles that the provider says. A person whose groups no
 * longer have a role loses the roles and is refused.
 * @param db a transaction, which commits also if the person is refused
 */
export async function signInIdentity(
  db: Db,
  identity: Identity,
  options: { createUsers: boolean; from: From },
): Promise<SignedIn> {
  // two persons may come with one address at the same moment, and one person in two windows
  if (identity.email !== null) await lockEmail(db, identity.email);
  const found = await findOrCreate(db, identity, options);
  if (typeof found === 'string') return { user: null, refused: found };
  const tooMany = await tooManyUsers(db, found, { ...found, ...(identity.roles && { roles: [...identity.roles] }) });
  if (tooMany !== null) return { user: found, refused: tooMany };
  const user = await takeOver(db, found, identity, options.from);
  if (!user.active) return { user, refused: 'This user is deactivated: a SYSTEM_MANAGER can activate it.' };
  if (user.roles.length > 0) return { user, refused: null };
  const reason = identity.roles
    ? 'none of your groups at the identity provider has a role here (OIDC_ROLE_MAP)'
    : 'a SYSTEM_MANAGER has given you none';
  return { user, refused: `You have no role: ${reason}.` };
}

async function findOrCreate(
  db: Db,
  identity: Identity,
  { createUsers, from }: { createUsers: boolean; from: From },
): Promise<UserRow | string> {
  const known = await findUserByIdentity(db, identity.issuer, identity.subject);
  if (known) return known;
  const email = identity.emailVerified ? identity.email : null;
  if (email === null)
    return 'The identity provider knows no verified e-mail address of yours, by which to find you here.';
  const invited = await findUserWithEmailForUpdate(db, email);
  if (invited) return invited.identitySubject === null ? link(db, invited, identity, from) : taken(email);
  if (!createUsers) return `There is no user with the e-mail address ${email}: a SYSTEM_MANAGER can create one.`;
  const nameholder = await findUserByName(db, email);
  const named = nameholder && (await findUserForUpdate(db, nameholder.id));
  if (named) {
    // made for the events of a business system: there is nothing to take over
    const isOnlyNamed = named.identitySubject === null && named.roles.length === 0 && !(await hasApiKeys(db, named.id));
    return isOnlyNamed ? link(db, named, identity, from) : taken(email);
  }
  const created = await create(db, email, from);
  return created ? link(db, created, identity, from) : taken(email);
}

const taken = (email: string) =>
  `The user ${email} is not yours to take over: a SYSTEM_MANAGER can give the address to the right user.`;

async function create(db: Db, name: string, from: From): Promise<UserRow | null> {
  if (textFault(name, ['name'])) return null;
  const id = newId();
  const at = timeOfId(id);
  const user = { id, name, fullName: null, roles: [], active: true, createdAt: at, updatedAt: at };
  if (!(await insertUser(db, user))) return null;
  const details = { after: { name, fullName: null, roles: [] } };
  await record(db, id, from, 'user.created', details);
  return findUserForUpdate(db, id);
}

async function link(db: Db, user: UserRow, { issuer, subject }: Identity, from: From): Promise<UserRow> {
  const changes = { identityIssuer: issuer, identitySubject: subject };
  await changeUser(db, user.id, { ...changes, updatedAt: currentTime() });
  await record(db, user.id, from, 'identity.linked', { issuer, subject });
  return { ...user, ...changes };
}

// The provider's word counts, at each sign-in.
async function takeOver(db: Db, user: UserRow, identity: Identity, from: From): Promise<UserRow> {
  const { email, emailVerified } = identity;
  const other = email === null ? null : await findUserWithEmail(db, email);
  const isFree = other === null || other.id === user.id;
  const fullName = identity.fullName !== null && !textFault(identity.fullName, ['fullName']) ? identity.fullName : null;
  const roles = identity.roles ? [...identity.roles] : user.roles;
  const changes = {
    fullName: fullName ?? user.fullName,
    // what the user has verified by a link stays so, as the provider may say nothing of it
    ...(email !== null &&
      isFree && { email, emailVerified: emailVerified || (email === user.email && user.emailVerified) }),
    roles,
    rolesMapped: identity.roles !== null,
  };
  const after = { ...user, ...changes };
  if (JSON.stringify(after) === JSON.stringify(user)) return user;
  await changeUser(db, user.id, { ...changes, updatedAt: currentTime() });
  const sorted = (some: readonly Role[]) => [...some].sort().join();
  if (sorted(user.roles) !== sorted(roles)) {
    await record(db, user.id, from, 'user.role_mapped', { before: { roles: user.roles }, after: { roles } });
  }
  return after;
}

function record(db: Db, userId: string, from: From, action: string, details: Record<string, unknown>): Promise<void> {
  const actor: Actor = { ...from, userId, apiKeyId: null, sessionId: null };
  return recordAct(db, actor, { action, subjectType: 'User', subjectId: userId, ...partsAboutUser(details) });
}

/** The roles of all rules that the claims meet. */
export function rolesByClaims(rules: readonly RoleRule[], claims: Readonly<Record<string, unknown>>): Role[] {
  const met = rules.filter(({ claim, value }) => valuesOf(claims, claim).includes(value)).map(({ role }) => role);
  return ROLES.filter((role) => met.includes(role));
}

// A claim is named as it is, such as a URL, or by its path, such as realm_access.roles.
function valuesOf(claims: Readonly<Record<string, unknown>>, claim: string): unknown[] {
  if (Object.hasOwn(claims, claim)) return listOf(claims[claim]);
  let found: unknown = claims;
  for (const step of claim.split('.')) {
    const isObject = typeof found === 'object' && found !== null && Object.hasOwn(found, step);
    found = isObject ? (found as Record<string, unknown>)[step] : undefined;
  }
  return listOf(found);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}
