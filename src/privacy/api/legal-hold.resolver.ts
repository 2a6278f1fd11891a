import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { toNodeId } from '../../ids';
import type { Viewer } from '../../viewer';
import type { LegalHoldRow } from '../legal-hold.store';
import { placeHold, releaseHold, requestRelease } from '../legal-holds';
import { PlaceLegalHoldInput, ReleaseLegalHoldInput, RequestLegalHoldReleaseInput } from './legal-hold.inputs';
import { LegalHoldType } from './legal-hold.type';

const HOLD = { legalHold: [() => LegalHoldType, 'The hold.'] } as const;
const PlaceLegalHoldPayload = payloadOf('PlaceLegalHold', { legalHold: [...HOLD.legalHold] });
const RequestLegalHoldReleasePayload = payloadOf('RequestLegalHoldRelease', { legalHold: [...HOLD.legalHold] });
const ReleaseLegalHoldPayload = payloadOf('ReleaseLegalHold', { legalHold: [...HOLD.legalHold] });

const NOTHING = { legalHold: null as LegalHoldRow | null };

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
    return answer(NOTHING, async () => {
      checkInput(input);
      return { legalHold: await context.transaction((db) => placeHold(db, context.viewer as Viewer, input)) };
    });
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => RequestLegalHoldReleasePayload, {
    description: withExample(
      'Asks for the release of a hold. The hold stays in force until another user, a SYSTEM_MANAGER, releases ' +
        'it. Asking again replaces the request. CONFLICT: the hold is released.',
      'mutation { requestLegalHoldRelease(input: { id: "hld_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "The case was ' +
        'closed" }) { legalHold { releaseRequestedAt } userErrors { message } } }',
    ),
  })
  requestLegalHoldRelease(
    @Ctx() context: Context,
    @Arg('input', () => RequestLegalHoldReleaseInput, { description: 'The hold, and the reason.' })
    { id, reason }: RequestLegalHoldReleaseInput,
  ) {
    return answer(NOTHING, async () => ({
      legalHold: await context.transaction((db) => requestRelease(db, context.viewer as Viewer, id, reason)),
    }));
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => ReleaseLegalHoldPayload, {
    description: withExample(
      'Releases a hold whose release was asked for. Requires a session of a user who has neither placed the ' +
        'hold nor asked for its release; otherwise CONFLICT. Content that only this hold kept is then erased as limits ' +
        'and erasures require.',
      'mutation { releaseLegalHold(input: { id: "hld_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e" }) { legalHold { releasedAt } ' +
        'userErrors { message } } }',
    ),
  })
  releaseLegalHold(
    @Ctx() context: Context,
    @Arg('input', () => ReleaseLegalHoldInput, { description: 'The hold.' }) { id }: ReleaseLegalHoldInput,
  ) {
    return answer(NOTHING, async () => ({
      legalHold: await context.transaction((db) =>
        releaseHold(db, context.viewer as Viewer, id, context.services.hasIdentityProvider),
      ),
    }));
  }
}
