import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { currentTime } from '../../clock';
import { InputError, type UserError } from '../../errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { reasonFault } from '../../text';
import type { Viewer } from '../../viewer';
import { type RotationOrder, rotateKey } from '../rotate-key';
import { RotateEvidenceKeyInput } from './keys.inputs';

const RotateEvidenceKeyPayload = payloadOf('RotateEvidenceKey', {
  vkey: [() => String, 'The verifier key of the new key. Give it to all verifiers.'],
});

@Resolver()
export class EvidenceKeysResolver {
  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => RotateEvidenceKeyPayload, {
    description: withExample(
      'Replaces the signing key of the log. The sealed audit entry `evidence.key_rotated` names the old and the ' +
        'new key, and bundles prove it to verifiers who have the old one. Heads carry the signatures of both for ' +
        '30 days; then the private half of the old key is destroyed. CONFLICT: it was rotated within these days and ' +
        '`compromisedAt` is not given, nothing was sealed yet, or sealing is stopped.',
      'mutation {\n  rotateEvidenceKey(input: { reason: "The yearly rotation" }) { vkey userErrors { field code message } }\n}',
    ),
  })
  rotateEvidenceKey(
    @Ctx() context: Context,
    @Arg('input', () => RotateEvidenceKeyInput, { description: 'The reason.' }) input: RotateEvidenceKeyInput,
  ) {
    return answer({ vkey: null as string | null }, async () => {
      const order = checked(input);
      const { keyring } = context.services.webhookRules;
      const vkey = await context.transaction((db) => rotateKey(db, context.viewer as Viewer, keyring, order));
      return { vkey };
    });
  }
}

/** @throws InputError */
function checked({ reason, compromisedAt = null }: RotateEvidenceKeyInput): RotationOrder {
  const faults: UserError[] = [];
  const fault = reasonFault(reason);
  if (fault !== null) faults.push(fault);
  if (compromisedAt !== null && compromisedAt > currentTime()) {
    const message = `compromisedAt must not be in the future: ${compromisedAt.toISOString()}.`;
    faults.push({ field: ['compromisedAt'], code: 'INVALID', message });
  }
  if (faults.length > 0) throw new InputError(faults);
  return { reason: reason.trim(), compromisedAt };
}
