// Makes and deletes masking rules.

import type { Role, Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { AppError, InputError, quoted, type UserError } from '../../errors/errors';
import { readJsonPath } from '../../json/json-part';
import type { Db } from '../../sql/db';
import { newId, timeOfId, toNodeId } from '../../values/ids';
import { webhooksById } from '../../webhooks/webhook.store';
import { MASKABLE_ROLES, type MaskedPart, type Strategy } from '../rule';
import {
  countMaskingRules,
  deleteMaskingRule,
  insertMaskingRule,
  lockMaskingRules,
  type MaskingRuleRow,
} from './masking-rule.store';

/** Each process keeps all rules in memory. */
const MAX_RULES = 500;
const MAX_PATH = 500;

export interface NewMaskingRule {
  roles: readonly Role[];
  documentType: string | null;
  /** undefined: all webhooks; null: the given id is not the id of a webhook. */
  webhookId: string | null | undefined;
  part: MaskedPart;
  path: string;
  strategy: Strategy;
}

/** @throws InputError */
export async function createMaskingRule(db: Db, viewer: Viewer, rule: NewMaskingRule): Promise<MaskingRuleRow> {
  const faults = [...rolesFaults(rule.roles), ...pathFaults(rule.part, rule.path)];
  const { webhookId } = rule;
  const isUnknown =
    webhookId !== undefined && (webhookId === null || !(await webhooksById(db, [webhookId])).has(webhookId));
  if (isUnknown) faults.push({ field: ['webhookId'], code: 'NOT_FOUND', message: 'There is no webhook with this id.' });
  if (faults.length > 0) throw new InputError(faults);
  await lockMaskingRules(db);
  if ((await countMaskingRules(db)) >= MAX_RULES) {
    const message = `There are ${MAX_RULES} masking rules, which is the maximum. Delete one first.`;
    throw new InputError([{ field: null, code: 'TOO_LARGE', message }]);
  }
  const id = newId();
  const row: MaskingRuleRow = {
    ...rule,
    id,
    roles: MASKABLE_ROLES.filter((role) => rule.roles.includes(role)),
    webhookId: webhookId ?? null,
    createdBy: viewer.userId,
    createdAt: timeOfId(id),
  };
  await insertMaskingRule(db, row);
  await record(db, viewer, 'masking_rule.created', row, { after: shown(row) });
  return row;
}

/** @throws InputError */
export async function removeMaskingRule(db: Db, viewer: Viewer, id: string | null): Promise<MaskingRuleRow> {
  const row = id === null ? null : await deleteMaskingRule(db, id);
  if (!row) {
    const message = 'There is no masking rule with this id.';
    throw new InputError([{ field: ['id'], code: 'NOT_FOUND', message }]);
  }
  await record(db, viewer, 'masking_rule.deleted', row, { before: shown(row) });
  return row;
}

async function record(
  db: Db,
  viewer: Viewer,
  action: string,
  { id }: MaskingRuleRow,
  details: Record<string, unknown>,
) {
  await recordAct(db, viewer, { action, subjectType: 'MaskingRule', subjectId: id, details });
}

function shown({ roles, documentType, webhookId, part, path, strategy }: MaskingRuleRow) {
  return { roles, documentType, webhookId: webhookId && toNodeId('Webhook', webhookId), part, path, strategy };
}

function rolesFaults(roles: readonly Role[]): UserError[] {
  const maskable: readonly Role[] = MASKABLE_ROLES;
  const wrong = roles.find((role) => !maskable.includes(role));
  const names = `${MASKABLE_ROLES.slice(0, -1).join(', ')} or ${MASKABLE_ROLES.at(-1)}`;
  if (roles.length === 0) return [{ field: ['roles'], code: 'REQUIRED', message: `roles must name ${names}.` }];
  if (!wrong) return [];
  const why = wrong === 'SYSTEM_MANAGER' ? 'makes the rules, so no rule applies to it' : 'reads nothing';
  return [{ field: ['roles'], code: 'INVALID', message: `roles: ${wrong} ${why}; name ${names}.` }];
}

function pathFaults(part: MaskedPart, path: string): UserError[] {
  const fault = pathFault(part, path);
  return fault === null ? [] : [{ field: ['path'], code: 'INVALID', message: `path: ${fault}.` }];
}

function pathFault(part: MaskedPart, path: string): string | null {
  if (path.length > MAX_PATH) return `${path.length} characters; at most ${MAX_PATH} are allowed`;
  if (!path.startsWith('$'))
    return `${quoted(path)} does not begin with $, which is the whole part, as in $.customer.taxId`;
  const steps = stepsOf(path);
  if (typeof steps === 'string') return steps;
  if (part === 'DATA' || part === 'RESPONSE' || steps.length === 0) return null;
  const [first] = steps;
  if (steps.length > 1 || first === 'any' || !first || !('key' in first)) {
    return `${quoted(path)} names no header; write $.content-type for one, or $ for all`;
  }
  return first.key === first.key.toLowerCase() ? null : `${quoted(path)} must have the header's name in lower case`;
}

function stepsOf(path: string) {
  try {
    return readJsonPath([path], ['path']);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.message.replace(/^path: /, '').replace(/\.$/, '');
  }
}
