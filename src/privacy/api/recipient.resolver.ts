import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { toNodeId } from '../../ids';
import type { Preview } from '../erasing/order-erasure';
import { type Recipient, recipientsOfTargets } from '../recipients.store';
import { ErasurePreviewType, RecipientType } from './erasure.type';

@Resolver(() => RecipientType)
export class RecipientResolver {
  @FieldResolver(() => ID, { description: 'The webhook that sent them, `whk_...`.' })
  webhookId(@Root() { webhookId }: Recipient) {
    return toNodeId('Webhook', webhookId);
  }
}

@Resolver(() => ErasurePreviewType)
export class ErasurePreviewResolver {
  @FieldResolver(() => [RecipientType], {
    description:
      'The partners that have received what was counted, the first 1,000: they must be informed (GDPR Art. 19).',
  })
  recipients(@Root() { targets }: Preview, @Ctx() { db }: Context): Promise<Recipient[]> {
    return recipientsOfTargets(db, targets);
  }
}
