import { Ctx, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { toNodeId } from '../../ids';
import type { Preview } from '../erasing/order-erasure';
import { type Recipient, recipientsOfTargets } from '../recipients.store';
import { ErasurePreviewType, RecipientType } from './erasure.type';

@Resolver(() => RecipientType)
export class RecipientResolver {
  @FieldResolver(() => ID, { description: 'The id of the webhook that sent the requests, `whk_...`.' })
  webhookId(@Root() { webhookId }: Recipient) {
    return toNodeId('Webhook', webhookId);
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
