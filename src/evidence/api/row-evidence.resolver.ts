// The evidence of one row: of a request, of an event, of an audit entry, and of the last decision about a delivery.
import { GraphQLDateTime } from 'graphql-scalars';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { AuditEntryType } from '../../audit/api/audit-entry.type';
import type { AuditEntryRow } from '../../audit/audit-entry.store';
import { DeliveryType } from '../../delivery/api/delivery.type';
import type { DeliveryRow } from '../../delivery/delivery.store';
import type { BusinessEventRow } from '../../events/business-event.store';
import { BusinessEventType } from '../../events/business-event.type';
import { type Context, loaderFor, perRequest } from '../../graphql/context';
import { masksOf } from '../../graphql/roles/masked';
import { RequestLogType } from '../../request-log/api/request-log.type';
import type { RequestRow } from '../../request-log/request-log.store';
import { plannedOnce } from '../../sql/session-pool';
import { hidesLength } from '../exporting/bundle';
import { type FactsOf, type LeafKind, leafOf } from '../formats/leaf-kinds';
import { cached, inclusionProof } from '../formats/tree-proofs';
import { newestHead, type SignedHead } from '../head.store';
import { decisionsOf, factsById, leafPlaces, proofText } from '../sealed-rows.store';
import { tilesOf } from '../tree.store';
import { erasedAt } from '../verifying/erased-leaves';
import { stepsOfErasures } from '../verifying/erasure-entries.store';
import { EvidenceType } from './evidence.type';

interface EvidenceShape extends Omit<EvidenceType, 'leafHash' | 'proof' | 'erasedAt'> {
  kind: LeafKind;
  rowId: string;
  head: SignedHead | null;
  erasureId: string | null;
}

const NOT_SEALED = { sealedAt: null, leafIndex: null, treeSize: null, head: null, erasureId: null };

async function evidenceOf(context: Context, kind: LeafKind, rowId: string): Promise<EvidenceShape> {
  const { db } = context;
  const [place, head] = await Promise.all([
    loaderFor(context, `evidence.places.${kind}`, (ids) => leafPlaces(plannedOnce(db), kind, ids)).load(rowId),
    perRequest(context, 'evidence.head', () => newestHead(db)),
  ]);
  if (!place?.isFinal) return { ...NOT_SEALED, kind, rowId, status: 'OPEN' };
  const { leafIndex, sealedAt, erasureId } = place;
  if (leafIndex === null || !head || leafIndex >= head.treeSize) {
    return { ...NOT_SEALED, kind, rowId, status: 'WAITING' };
  }
  const status = erasureId === null ? 'SEALED' : 'ERASED';
  return { kind, rowId, status, sealedAt, leafIndex, treeSize: head.treeSize, head, erasureId };
}

@Resolver(() => RequestLogType)
export class RequestEvidenceResolver {
  @FieldResolver(() => EvidenceType, { description: 'The evidence that this request is what was recorded.' })
  evidence(@Root() row: RequestRow, @Ctx() context: Context): Promise<EvidenceShape> {
    return evidenceOf(context, 'request', row.id);
  }
}

@Resolver(() => BusinessEventType)
export class EventEvidenceResolver {
  @FieldResolver(() => EvidenceType, {
    description: 'The evidence that this event was published as it is recorded, by whom, and with which API key.',
  })
  evidence(@Root() row: BusinessEventRow, @Ctx() context: Context): Promise<EvidenceShape> {
    return evidenceOf(context, 'event', row.id);
  }
}

@Resolver(() => AuditEntryType)
export class AuditEvidenceResolver {
  @FieldResolver(() => EvidenceType, {
    description: 'The evidence that this entry is as it was written.',
  })
  evidence(@Root() row: AuditEntryRow, @Ctx() context: Context): Promise<EvidenceShape> {
    return evidenceOf(context, 'audit', row.id);
  }
}

@Resolver(() => DeliveryType)
export class DecisionEvidenceResolver {
  @FieldResolver(() => EvidenceType, {
    nullable: true,
    description:
      'The evidence of the last decision not to send this delivery, or to give it up: SKIPPED, CANCELLED or EXHAUSTED. ' +
      'null: none was made. The requests of the delivery have evidence of their own.',
  })
  async evidence(@Root() row: DeliveryRow, @Ctx() context: Context): Promise<EvidenceShape | null> {
    const made = await loaderFor(context, 'evidence.decisions', (ids) => decisionsOf(context.db, ids)).load(row.id);
    const last = made?.at(-1);
    return last === undefined ? null : evidenceOf(context, 'decision', last);
  }
}

// Content is read only for those who ask for a hash or a proof.
function factsOf(context: Context, { kind, rowId }: EvidenceShape): Promise<FactsOf[LeafKind] | null> {
  return loaderFor(context, `evidence.facts.${kind}`, (ids) => factsById(plannedOnce(context.db), kind, ids)).load(
    rowId,
  );
}

@Resolver(() => EvidenceType)
export class ProofResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The hash of the record as the row is now: 64 hexadecimal digits. `proof` proves that this leaf is in the tree; ' +
      'it fails if the row was changed. null: OPEN.',
  })
  async leafHash(@Root() evidence: EvidenceShape, @Ctx() context: Context) {
    const facts = evidence.status === 'OPEN' ? null : await factsOf(context, evidence);
    return facts && leafOf(evidence.kind, facts).toString('hex');
  }

  @FieldResolver(() => GraphQLDateTime, {
    nullable: true,
    description:
      'ERASED: when the content was erased, as the audit trail says; of an audit entry, when its first part was. null: it was not ' +
      'erased, or the audit trail has no entry of it.',
  })
  async erasedAt(@Root() { erasureId, leafIndex }: EvidenceShape, @Ctx() context: Context): Promise<Date | null> {
    if (erasureId === null || leafIndex === null) return null;
    const steps = loaderFor(context, 'evidence.erasures', async (ids) =>
      Map.groupBy(await stepsOfErasures(plannedOnce(context.db), ids), (step) => step.erasureId),
    );
    return erasedAt((await steps.load(erasureId)) ?? [], leafIndex);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'A proof as text, in the format c2sp.org/tlog-proof@v1. Its `extra` line is JSON in base64 with the ' +
      'record, which contains content as salted digests only. null: the row is neither SEALED nor ERASED; or ' +
      'the response of the request is masked from you, because the record contains its length.',
  })
  async proof(@Root() evidence: EvidenceShape, @Ctx() context: Context) {
    const { kind, leafIndex, head } = evidence;
    if (!head || leafIndex === null) return null;
    const read = perRequest(context, 'evidence.tiles', () => cached(tilesOf(plannedOnce(context.db))));
    const [facts, proof] = await Promise.all([
      factsOf(context, evidence),
      inclusionProof(leafIndex, head.treeSize, read),
    ]);
    if (!facts || hidesLength(masksOf(context), kind, facts)) return null;
    return proofText(kind, facts, { leafIndex, proof, head });
  }
}
