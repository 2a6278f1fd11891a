import { FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { toNodeId } from '../../../ids';
import type { DeadLetterRow } from '../../queue/dead-letter.store';
import { DeadLetterType } from './dead-letter.type';

@Resolver(() => DeadLetterType)
export class DeadLetterResolver {
  @FieldResolver(() => ID, { description: '`dlt_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: DeadLetterRow) {
    return toNodeId('DeadLetter', row.id);
  }
}
