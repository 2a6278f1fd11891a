import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { toNodeId, uuidOf } from '../../ids';
import type { Db } from '../../sql/db';
import type { Viewer } from '../../viewer';
import { createMaskingRule, removeMaskingRule } from './change-rules';
import { CreateMaskingRuleInput, DeleteMaskingRuleInput } from './masking-rule.inputs';
import type { MaskingRuleRow } from './masking-rule.store';
import { MaskingRuleType } from './masking-rule.type';

const CreateMaskingRulePayload = payloadOf('CreateMaskingRule', {
  maskingRule: [() => MaskingRuleType, 'The new rule.'],
});
const DeleteMaskingRulePayload = payloadOf('DeleteMaskingRule', {
  maskingRule: [() => MaskingRuleType, 'The rule that was deleted.'],
});

/** The rules apply in this process with the answer, and in others within a second. */
async function change(context: Context, work: (db: Db, viewer: Viewer) => Promise<MaskingRuleRow>) {
  return answer({ maskingRule: null as MaskingRuleRow | null }, async () => {
    const maskingRule = await context.transaction((db) => work(db, context.viewer as Viewer));
    context.services.maskingRules.changed();
    return { maskingRule };
  });
}

@Resolver(() => MaskingRuleType)
export class MaskingRuleResolver {
  @FieldResolver(() => ID, { description: '`msk_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: MaskingRuleRow) {
    return toNodeId('MaskingRule', row.id);
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => CreateMaskingRulePayload, {
    description: withExample(
      'Creates a masking rule. It applies at once; in other processes and open subscriptions within 2 seconds. ' +
        'TOO_LARGE: 500 rules exist.',
      'mutation {\n  createMaskingRule(input: { roles: [SUPPORT], documentType: "Sales Invoice", part: DATA, path: "$.status", strategy: SHOW }) {\n' +
        '    maskingRule { id } userErrors { field message }\n  }\n}',
    ),
  })
  createMaskingRule(
    @Ctx() context: Context,
    @Arg('input', () => CreateMaskingRuleInput, { description: 'The new rule.' }) input: CreateMaskingRuleInput,
  ) {
    return change(context, async (db, viewer) => {
      checkInput(input);
      const { documentType = null, webhookId, ...rule } = input;
      const webhook = webhookId == null ? undefined : uuidOf('Webhook', webhookId);
      return createMaskingRule(db, viewer, { ...rule, documentType, webhookId: webhook });
    });
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => DeleteMaskingRulePayload, {
    description: withExample(
      'Deletes a masking rule. The audit trail keeps it.',
      'mutation { deleteMaskingRule(input: { id: "msk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { userErrors { message } } }',
    ),
  })
  deleteMaskingRule(
    @Ctx() context: Context,
    @Arg('input', () => DeleteMaskingRuleInput, { description: 'The rule to delete.' }) input: DeleteMaskingRuleInput,
  ) {
    return change(context, (db, viewer) => removeMaskingRule(db, viewer, uuidOf('MaskingRule', input.id)));
  }
}
