import { Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { currentMs, currentTime } from '../../clock';
import { AppError } from '../../errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { listPage } from '../../graphql/lists/list';
import { byTime } from '../../graphql/lists/time-order';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { anchorTargets } from '../anchors/anchor.store';
import { consistencyProof, isSize } from '../formats/tree-proofs';
import { evidenceKeys, HEADS, type HeadRow, headOf, newestHead, type SignedHead } from '../head.store';
import { sealingStops } from '../sealing-stop.store';
import { newestTree, tilesOf, waitingLeaves } from '../tree.store';
import { ConsistencyArgs, EVIDENCE_HEAD_FILTER, EvidenceHeadListArgs } from './evidence.inputs';
import { EvidenceHeadConnection, EvidenceHeadType, EvidenceStatusType } from './evidence.type';

/** The order of time: a tree only grows. */
const TREE_SIZE = { sql: 'tree_size', property: 'treeSize', type: 'bigint' } as const;

@Resolver()
export class EvidenceResolver {
  @HasRole(...READERS)
  @Query(() => EvidenceStatusType, {
    nullable: true,
    description: withExample(
      'The state of the sealed log: its name, its keys, its newest head, the number of leaves that wait, and ' +
        'why nothing is sealed.',
      '{ evidenceStatus { origin keys treeSize waitingCount stops { code message } } }',
    ),
  })
  async evidenceStatus(@Ctx() { db }: Context): Promise<EvidenceStatusType> {
    const [keys, tree, head, waiting, stops, lastAnchors] = await Promise.all([
      evidenceKeys(db),
      newestTree(db),
      newestHead(db),
      waitingLeaves(db),
      sealingStops(db, currentTime()),
      anchorTargets(db),
    ]);
    return {
      origin: keys[0]?.origin ?? null,
      keys: keys.map((key) => key.vkey),
      treeSize: tree?.treeSize ?? 0,
      head,
      waitingCount: waiting.waiting,
      oldestWaitingSeconds: waiting.since && Math.max(0, (currentMs() - waiting.since.getTime()) / 1000),
      stops,
      lastAnchors,
    };
  }

  @HasRole(...READERS)
  @Query(() => EvidenceHeadConnection, {
    nullable: true,
    description: withExample(
      'Signed heads of the tree, newest first. An auditor who keeps one can later ask for a proof that it is a ' +
        'beginning of the tree.',
      '{ evidenceHeads(first: 1) { nodes { treeSize checkpoint signedAt } } }',
    ),
  })
  evidenceHeads(@Ctx() context: Context, @Args(() => EvidenceHeadListArgs) args: EvidenceHeadListArgs) {
    const condition = conditionOf(args.where, EVIDENCE_HEAD_FILTER);
    const order = { ...byTime('EvidenceHead', args.orderBy), column: TREE_SIZE };
    return listPage(context, { listing: HEADS, condition, order, args });
  }

  @HasRole(...READERS)
  @Query(() => [String], {
    nullable: true,
    description: withExample(
      'The proof that the tree of the first `from` leaves is the beginning of the tree of `to` leaves (RFC 6962, section ' +
        '2.1.2): hashes in base64, at most 2 for each level of the tree. Empty if the sizes are equal.',
      '{ evidenceConsistency(from: 1, to: 1) }',
    ),
  })
  async evidenceConsistency(@Ctx() { db }: Context, @Args(() => ConsistencyArgs) { from, to }: ConsistencyArgs) {
    if (!isSize(from)) throw notASize('from', from);
    if (!isSize(to)) throw notASize('to', to);
    const treeSize = (await newestTree(db))?.treeSize ?? 0;
    if (to > treeSize) {
      throw new AppError('BAD_USER_INPUT', `to must be at most ${treeSize}, the size of the tree, not ${to}.`, ['to']);
    }
    if (from > to) throw new AppError('BAD_USER_INPUT', `from must be at most ${to}, as to is, not ${from}.`, ['from']);
    return (await consistencyProof(from, to, tilesOf(db))).map((hash) => hash.toString('base64'));
  }
}

@Resolver(() => EvidenceHeadType)
export class EvidenceHeadResolver {
  @FieldResolver()
  checkpoint(@Root() head: HeadRow | SignedHead): string {
    return 'proofs' in head ? headOf(head).checkpoint : head.checkpoint;
  }
}

function notASize(field: string, value: number): AppError {
  return new AppError('BAD_USER_INPUT', `${field} must be a whole number of leaves, at least 1, not ${value}.`, [
    field,
  ]);
}
