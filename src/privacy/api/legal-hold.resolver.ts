import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { toNodeId } from '../../ids';
import type { ApprovalRow } from '../../users/approvals/approval.store';
import { ApprovalType } from '../../users/approvals/approval.type';
import type { Viewer } from '../../viewer';
import type { LegalHoldRow } from '../legal-hold.store';
import { placeHold, requestRelease } from '../legal-holds';
import { PlaceLegalHoldInput, RequestLegalHoldReleaseInput } from './legal-hold.inputs';
import { LegalHoldType } from './legal-hold.type';

const PlaceLegalHoldPayload = payloadOf('PlaceLegalHold', { legalHold: [() => LegalHoldType, 'The hold.'] });
const RequestLegalHoldReleasePayload = payloadOf('RequestLegalHoldRelease', {
  approval: [() => ApprovalType, 'The approval: WAITING.'],
});

@Resolver(() => LegalHoldType)
export class LegalHoldResolver {
  @FieldResolver(() => ID, { description: '`hld_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: LegalHoldRow) {
    return toNodeId('LegalHold', row.id);
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => PlaceLegalHoldPayload, {
    description: withExample(
      'Places a legal hold: from the answer on, nothing that it covers is erased or dropped. TOO_LARGE: 1,000 ' +
        'holds are in force.',
      'mutation {\n  placeLegalHold(input: {\n    name: "Case 2026-17"\n    documentType: "Sales Invoice"\n' +
        '    referenceDocument: "SINV-0042"\n    reason: "The court asked for it on 3 March"\n' +
        '  }) { legalHold { id } userErrors { field code message } }\n}',
    ),
  })
  placeLegalHold(
    @Ctx() context: Context,
    @Arg('input', () => PlaceLegalHoldInput, { description: 'What is held, and the reason.' })
    input: PlaceLegalHoldInput,
  ) {
    return answer({ legalHold: null as LegalHoldRow | null }, async () => {
      checkInput(input);
      return { legalHold: await context.transaction((db) => placeHold(db, context.viewer as Viewer, input)) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => RequestLegalHoldReleasePayload, {
    description: withExample(
      'Requests the release of a hold. The hold stays in force until another person approves it (`approve`), or, where there is no such ' +
        'person, until `Approval.takesEffectAt`. CONFLICT: the hold is released, its release was already ' +
        'requested, or another person can approve it and you are not in a session of the identity provider.',
      'mutation { requestLegalHoldRelease(input: { id: "hld_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "The case was ' +
        'closed" }) { approval { id takesEffectAt } userErrors { message } } }',
    ),
  })
  requestLegalHoldRelease(
    @Ctx() context: Context,
    @Arg('input', () => RequestLegalHoldReleaseInput, { description: 'The hold, and the reason.' })
    { id, reason }: RequestLegalHoldReleaseInput,
  ) {
    return answer({ approval: null as ApprovalRow | null }, async () => ({
      approval: await context.transaction((db) => requestRelease(db, context.viewer as Viewer, id, reason)),
    }));
  }
}
