// Single holds and erasures. Those that one request asks for at the same time are read by one statement.
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { erasuresById } from '../erasure.store';
import { legalHoldsById } from '../legal-hold.store';

export async function loadErasure(context: Context, id: string | null) {
  return id === null ? null : loaderFor(context, 'Erasure', (ids) => erasuresById(context.db, ids)).load(id);
}

export async function loadLegalHold(context: Context, id: string | null) {
  return id === null ? null : loaderFor(context, 'LegalHold', (ids) => legalHoldsById(context.db, ids)).load(id);
}
