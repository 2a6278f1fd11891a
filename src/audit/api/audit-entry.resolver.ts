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
      description: 'The id of the object of the act, for `node`; null: there is none, or it is an id of another kind.',
    })
    subjectId(@Root() { subjectType, subjectId }: AuditEntryRow) {
      return subjectType && subjectId && isNodeName(subjectType) ? toNodeId(subjectType, subjectId) : null;
    }

    @FieldResolver(() => ID, {
      nullable: true,
      description:
        'The id of the session in which the user acted, `ses_...`; null: an API key alone, or Hookledger itself. ' +
        'Sessions are deleted 7 days after they expire; their ids stay here.',
    })
    sessionId(@Root() { sessionId }: AuditEntryRow) {
      return sessionId && toNodeId('Session', sessionId);
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description:
        'The earlier values of the fields that the change concerned; secrets as fingerprints. null: there are ' +
        'none, as in entries that are about no change.',
    })
    before(@Root() row: AuditEntryRow) {
      return readDetails(row).before;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description:
        'The new values of the fields that the change concerned; secrets as fingerprints. null: there are none, ' +
        'as in entries that are about no change.',
    })
    after(@Root() row: AuditEntryRow) {
      return readDetails(row).after;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description: 'Further facts, as an object whose keys depend on `action`; null: none.',
    })
    details(@Root() row: AuditEntryRow) {
      return readDetails(row).others;
    }

    @HasRole(...CONTENT_READERS)
    @Masked('FILTER')
    @FieldResolver(() => GraphQLJSON, {
      nullable: true,
      description:
        'The values of filters and the names that the caller gave, as they were given: `filter` of a reading, `where` of an ' +
        'export, a replay or a bundle, `given` of a preview; `documents`, `users` and `texts` (of searches) are the names in them, ' +
        'by which `AuditEntryWhere.criteria` finds the entry. null: none, or they are erased.',
    })
    criteria(@Root() row: AuditEntryRow) {
      return readDetails(row).criteria;
    }
  }
  return EntryResolver;
}

export const AuditEntryResolver = resolverFor(() => AuditEntryType);
export const OwnAuditEntryResolver = resolverFor(() => OwnAuditEntryType);
