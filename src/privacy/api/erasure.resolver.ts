import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Resolver, Root } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { namesInFields } from '../../audit/criteria';
import { recordAct } from '../../audit/write-audit-entry';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { masksOf } from '../../graphql/roles/masked';
import { answer, payloadOf } from '../../graphql/user-error';
import { byId, link, linkedFields, page, rootFields } from '../../read-plan/linked-fields';
import { rowType, timeList } from '../../read-plan/sql-fields';
import { USER } from '../../users/user.resolver';
import { toNodeId } from '../../values/ids';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { type ErasureTarget, orderErasure, type Preview, previewErasure } from '../erasing/order-erasure';
import { ERASURES, type ErasureRow, erasuresById } from '../erasure.store';
import { type Recipient, recipientsOfErasure, recipientsOfTargets } from '../erasure-recipients.store';
import { targetOf } from './content-target.inputs';
import {
  EraseContentInput,
  EraseDocumentInput,
  ErasePersonInput,
  ErasureConnection,
  ErasurePreviewType,
  ErasureType,
  ErasureWhere,
  PreviewErasureInput,
  RecipientType,
} from './erasure.type';

export const ERASURE = rowType('Erasure', () => ErasureType, ERASURES, erasuresById);

const erasures = timeList(ERASURE, ErasureWhere, { connection: () => ErasureConnection });

export const erasureLinkedFields = [
  rootFields({
    erasure: byId(ERASURE, 'The id of the erasure, `ers_...`.', {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'The erasure with this id; null: there is none.',
        '{ erasure(id: "ers_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status erasedCount deferredReason } }',
      ),
    }),
    erasures: page(erasures, {
      access: HasRole('SYSTEM_MANAGER', 'AUDITOR'),
      description: withExample(
        'All erasures, newest first. With a limit there may be one every 10 minutes: `where` finds those that wait for an approval.',
        '{ erasures(where: { status: { eq: REQUESTED } }) { nodes { id kind reason orderedBy { name } } } }',
      ),
    }),
  }),
  linkedFields(ERASURE, {
    user: link(USER, 'userId', 'PERSON: the user; otherwise null.'),
    orderedBy: link(USER, 'orderedBy', 'The user who ordered the erasure; null: Hookledger itself.'),
  }),
];

const payload = (mutation: string) => payloadOf(mutation, { erasure: [() => ErasureType, 'The erasure.'] });
const EraseDocumentPayload = payload('EraseDocument');
const ErasePersonPayload = payload('ErasePerson');
const EraseContentPayload = payload('EraseContent');

const PreviewErasurePayload = payloadOf('PreviewErasure', {
  preview: [() => ErasurePreviewType, 'What the erasure would concern.'],
});

const NOTHING = { erasure: null as ErasureRow | null };

@Resolver(() => ErasureType)
export class ErasureResolver {
  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => PreviewErasurePayload, {
    description: withExample(
      'Shows what an erasure would concern now. Changes nothing; the audit trail has what was asked for.',
      'mutation { previewErasure(input: { target: { businessDocument: { documentType: "Customer", name: "Jane Doe" } } }) ' +
        '{ preview { rowCount heldCount needsSecondPerson } userErrors { field message } } }',
    ),
  })
  previewErasure(
    @Ctx() context: Context,
    @Arg('input', () => PreviewErasureInput, { description: 'The content that would be erased.' })
    input: PreviewErasureInput,
  ) {
    return answer({ preview: null as Preview | null }, async () => {
      const viewer = context.viewer as Viewer;
      const target = await targetOf(context.db, masksOf(context).seesAll, input.target);
      const preview = await previewErasure(context.db, viewer, target);
      const names = namesInFields([{ field: 'previewErasure', arguments: { input } }]);
      const act = {
        action: 'erasure.previewed',
        subjectType: null,
        subjectId: null,
        criteria: { ...names, given: input.target },
      };
      await context.transaction((db) => recordAct(db, viewer, act));
      return { preview };
    });
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => EraseDocumentPayload, {
    description: withExample(
      'Orders the erasure of a document: the content of its events, with all their deliveries and requests. The ' +
        'erasure begins when its audit entry is sealed. If it has more than 100 rows, it waits for its `approval` before. CONFLICT: ' +
        'all of the content is erased already, or another person can approve it and you are not in a session of the identity ' +
        'provider. NOT_FOUND: there is no such content.',
      'mutation { eraseDocument(input: { documentType: "Customer", name: "Jane Doe", reason: "Request 17 under Art. 17" }) ' +
        '{ erasure { id status } userErrors { field message } } }',
    ),
  })
  eraseDocument(
    @Ctx() context: Context,
    @Arg('input', () => EraseDocumentInput, { description: 'The document, and the reason.' }) input: EraseDocumentInput,
  ) {
    const { documentType, name, reason } = input;
    return order(context, input, reason, async () => ({ kind: 'DOCUMENT', documentType, name, field: ['name'] }));
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => ErasePersonPayload, {
    description: withExample(
      'Orders the erasure of a user: the content of their events, with all deliveries and requests of these, ' +
        'and their name, e-mail address, identity and sessions. The user can no longer sign in. CONFLICT: the user is ' +
        'you, or the last SYSTEM_MANAGER. A user who has ordered an erasure, requested the release of a hold, or decided ' +
        'about one, needs an approval from the first row. As eraseDocument otherwise.',
      'mutation { erasePerson(input: { userId: "usr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "Request 18 under Art. 17" }) ' +
        '{ erasure { id status } userErrors { field message } } }',
    ),
  })
  erasePerson(
    @Ctx() context: Context,
    @Arg('input', () => ErasePersonInput, { description: 'The user, and the reason.' }) input: ErasePersonInput,
  ) {
    const { userId, reason } = input;
    return order(context, input, reason, () => targetOf(context.db, masksOf(context).seesAll, { userId }, []));
  }

  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => EraseContentPayload, {
    description: withExample(
      'Orders the erasure of the content of requests that meet a filter, such as those whose payloads name a ' +
        'person; also of their events, with all deliveries and requests of these. As eraseDocument otherwise.',
      'mutation { eraseContent(input: { where: { search: "jane.doe@example.com" }, reason: "Request 19 under Art. 17" }) ' +
        '{ erasure { id status } userErrors { field message } } }',
    ),
  })
  eraseContent(
    @Ctx() context: Context,
    @Arg('input', () => EraseContentInput, { description: 'The requests, and the reason.' }) input: EraseContentInput,
  ) {
    const { where, reason } = input;
    return order(context, {}, reason, () => targetOf(context.db, masksOf(context).seesAll, { where }, []));
  }

  @FieldResolver(() => [RecipientType], {
    description: 'The partners that had received the content erased so far, at most 1,000; RETENTION: none.',
  })
  recipients(@Root() { id }: ErasureRow, @Ctx() { db }: Context): Promise<Recipient[]> {
    return recipientsOfErasure(db, id);
  }
}

function order(context: Context, input: object, reason: string, target: () => Promise<ErasureTarget>) {
  return answer(NOTHING, async () => {
    checkInput(input);
    const viewer = context.viewer as Viewer;
    const checked = await target();
    return { erasure: await context.transaction((db) => orderErasure(db, viewer, checked, reason)) };
  });
}

@Resolver(() => RecipientType)
export class RecipientResolver {
  @FieldResolver(() => ID, { description: 'The id of the webhook that sent the requests, `whk_...`.' })
  webhookId(@Root() { webhookId }: Recipient) {
    return toNodeId('Webhook', webhookId);
  }

  @FieldResolver(() => WebhookType, { nullable: true, description: 'The webhook that sent the requests.' })
  webhook(@Root() { webhookId }: Recipient, @Ctx() context: Context) {
    return WEBHOOK.load(context, webhookId);
  }
}

@Resolver(() => ErasurePreviewType)
export class ErasurePreviewResolver {
  @FieldResolver(() => Int, {
    description:
      'The number of reasons in the audit trail, of entries about the rows or the user, that would be erased. All else of these ' +
      'entries stays.',
  })
  reasonCount(@Root() { others }: Preview) {
    return others.reasons;
  }

  @FieldResolver(() => Int, {
    description: 'The number of open replays whose filter names the document or the user, and that would be cancelled.',
  })
  replayCount(@Root() { others }: Preview) {
    return others.replays;
  }

  @FieldResolver(() => Int, {
    description: 'The number of valid exports whose filter names the document or the user, and that would expire.',
  })
  exportCount(@Root() { others }: Preview) {
    return others.exports;
  }

  @FieldResolver(() => [RecipientType], {
    description:
      'The partners that have received the counted rows, at most 1,000. They must be informed of the erasure ' +
      '(GDPR Art. 19).',
  })
  recipients(@Root() { targets }: Preview, @Ctx() { db }: Context): Promise<Recipient[]> {
    return recipientsOfTargets(db, targets);
  }
}
