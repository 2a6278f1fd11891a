import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { checkInput, ShortText } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { by, whereOf } from '../../graphql/lists/where';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { byId, link, linkedFields, page, rootFields } from '../../read-plan/linked-fields';
import { rowType, timeList } from '../../read-plan/sql-fields';
import type { ApprovalRow } from '../../users/approvals/approval.store';
import { ApprovalType } from '../../users/approvals/approval.type';
import { USER } from '../../users/user.resolver';
import { UserWhere } from '../../users/user.type';
import { REASON_RULE } from '../../values/reason';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WebhookWhere } from '../../webhooks/api/webhook-where.inputs';
import { LEGAL_HOLDS, type LegalHoldRow, legalHoldsById } from '../legal-hold.store';
import { placeHold, requestRelease } from '../legal-holds';

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('LegalHold', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'A legal hold. Rows that meet all of its criteria are neither erased nor dropped, whatever limits and ' +
    'erasures require.',
})
class LegalHoldType extends NodeType {
  @Field(() => String, { description: 'A short name, such as the name of the case.' })
  name: string;

  @Field(() => String, { nullable: true, description: 'The type of the documents that are held; null: every type.' })
  documentType: string | null;

  @Field(() => String, { nullable: true, description: 'The document that is held; null: every document.' })
  referenceDocument: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The start of the held time, inclusive; null: none.' })
  from: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The end of the held time, exclusive; null: none.' })
  to: Date | null;

  @Field(() => String, { description: 'The reason for the hold.' })
  reason: string;

  @Field(() => GraphQLDateTime, { description: 'When the hold was placed. The id contains the same time.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the hold was released; null: it is in force.' })
  releasedAt: Date | null;
}

const LegalHoldConnection = connectionOf('LegalHold', () => LegalHoldType);

@InputType('PlaceLegalHoldInput', {
  description:
    'What is held: at least one of `webhookId`, `documentType`, `userId`, `from` and `to`. A row must meet ' +
    'all that are given.',
})
class PlaceLegalHoldInput {
  @ShortText()
  @Field(() => String, {
    description:
      'A short name, 1 to 200 characters. The audit trail keeps it after an erasure: name no document and no person.',
  })
  name: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the webhook whose requests and deliveries are held, `whk_...`. Default, null: any.',
  })
  webhookId?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The type of the documents, 1 to 200 characters. Default, null: any.',
  })
  documentType?: string | null;

  @ShortText(undefined, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The document, with `documentType`, 1 to 200 characters. Default, null: any.',
  })
  referenceDocument?: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the user whose events are held, `usr_...`. Default, null: any.',
  })
  userId?: string | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The start of the time in which events and requests began, inclusive. Default, null: none.',
  })
  from?: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The end of the time in which events and requests began, exclusive. Default, null: none.',
  })
  to?: Date | null;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

@InputType('RequestLegalHoldReleaseInput', {
  description: 'The hold whose release is requested, and the reason.',
})
class RequestLegalHoldReleaseInput {
  @Field(() => ID, { description: 'The id of the hold, `hld_...`.' })
  id: string;

  @Field(() => String, {
    description: `The reason, recorded in the audit trail: ${REASON_RULE}`,
  })
  reason: string;
}

export const LegalHoldWhere = whereOf(
  'LegalHoldWhere',
  'legal_holds',
  'Legal holds that meet all of these conditions.',
  {
    id: by.id('LegalHold', 'The id of the hold: { eq: "hld_..." }.'),
    name: by.text('The short name: { startsWith: "Case 2026" }.'),
    documentType: by.text('The type of the documents; { isNull: true }: every type.'),
    referenceDocument: by.text('The document that is held; { isNull: true }: every one.'),
    webhook: by.link(() => WebhookWhere, 'The webhook whose requests and deliveries are held.'),
    user: by.link(() => UserWhere, 'The user whose events are held.'),
    placedBy: by.link(() => UserWhere, 'The user who placed the hold.', { column: 'placed_by' }),
    createdAt: by.idTime('When the hold was placed.'),
    releasedAt: by.optionalTime('When the hold was released; { isNull: true }: it is in force.'),
  },
);
export type LegalHoldWhere = InstanceType<typeof LegalHoldWhere>;

export const LEGAL_HOLD = rowType('LegalHold', () => LegalHoldType, LEGAL_HOLDS, legalHoldsById);

const legalHolds = timeList(LEGAL_HOLD, LegalHoldWhere, { connection: () => LegalHoldConnection });

export const legalHoldLinkedFields = [
  rootFields({
    legalHold: byId(LEGAL_HOLD, 'The id of the hold, `hld_...`.', {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'The legal hold with this id; null: there is none.',
        '{ legalHold(id: "hld_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { name reason releasedAt placedBy { name } } }',
      ),
    }),
    legalHolds: page(legalHolds, {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'All legal holds, including released ones, newest first.',
        '{ legalHolds(where: { releasedAt: { isNull: true } }) { nodes { id name documentType referenceDocument reason placedBy { name } } } }',
      ),
    }),
  }),
  linkedFields(LEGAL_HOLD, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook whose requests and deliveries are held; null: any.'),
    user: link(USER, 'userId', 'The user whose events are held; null: any.'),
    placedBy: link(USER, 'placedBy', 'The user who placed the hold.'),
  }),
];

const PlaceLegalHoldPayload = payloadOf('PlaceLegalHold', { legalHold: [() => LegalHoldType, 'The hold.'] });
const RequestLegalHoldReleasePayload = payloadOf('RequestLegalHoldRelease', {
  approval: [() => ApprovalType, 'The approval: WAITING.'],
});

@Resolver(() => LegalHoldType)
export class LegalHoldResolver {
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
