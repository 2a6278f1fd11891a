import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
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
  @FieldResolver(() => [RecipientType], {
    description:
      'The partners that have received the counted rows, at most 1,000. They must be informed of the erasure ' +
      '(GDPR Art. 19).',
  })
  recipients(@Root() { targets }: Preview, @Ctx() { db }: Context): Promise<Recipient[]> {
    return recipientsOfTargets(db, targets);
  }
}
