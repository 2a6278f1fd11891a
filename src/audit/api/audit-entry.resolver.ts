import { GraphQLJSON } from 'graphql-scalars';
import { type ClassType, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { HasRole } from '../../graphql/roles/has-role';
import { Masked } from '../../graphql/roles/masked';
import { isNodeName, toNodeId } from '../../ids';
import { CONTENT_READERS } from '../../viewer';
import type { AuditEntryRow } from '../audit-trail.store';
import { readDetails } from '../entry-details';
import { AuditEntryType, OwnAuditEntryType } from './audit-entry.type';

// the fields that both types compute
function resolverFor(type: () => ClassType<object>) {
  @Resolver(type)
  class EntryResolver {
    @FieldResolver(() => ID, { description: '`aud_` and 32 hexadecimal digits; never changes.' })
    id(@Root() row: AuditEntryRow) {
      return toNodeId('AuditEntry', row.id);
    }

    @FieldResolver(() => ID, {
      nullable: true,
      description: 'The id of the object, which `node` takes; null: it has none, or an id of another kind.',
    })
    subjectId(@Root() { subjectType, subjectId }: AuditEntryRow) {
      return subjectType && subjectId && isNodeName(subjectType) ? toNodeId(subjectType, subjectId) : null;
    }

    @FieldResolver(() => ID, {
      nullable: true,
      description:
        'The session with which it was done, `ses_...`; null: an API key alone, or Hookledger itself. Sessions are deleted 7 ' +
        'days after they have expired, their ids stay here.',
    })
    sessionId(@Root() { sessionId }: AuditEntryRow) {
      return sessionId && toNodeId('Session', sessionId);
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description:
        'The values before the change, of those that it changed; secrets as fingerprints. null: it is no change.',
    })
    before(@Root() { details }: AuditEntryRow) {
      return readDetails(details).before;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description: 'The values after the change, of those that it changed; secrets as fingerprints. null: as `before`.',
    })
    after(@Root() { details }: AuditEntryRow) {
      return readDetails(details).after;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description: 'What else was recorded, as an object; its keys depend on `action`. null: nothing else.',
    })
    details(@Root() { details }: AuditEntryRow) {
      return readDetails(details).others;
    }
  }
  return EntryResolver;
}

export const AuditEntryResolver = resolverFor(() => AuditEntryType);
export const OwnAuditEntryResolver = resolverFor(() => OwnAuditEntryType);
