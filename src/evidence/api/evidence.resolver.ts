import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Args, Ctx, Field, FieldResolver, InputType, Mutation, Query, Resolver, Root } from 'type-graphql';
import { READERS, type Viewer } from '../../access/viewer';
import { AppError, InputError, type UserError } from '../../errors/errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { byTime, listPage } from '../../graphql/lists/list';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { currentMs, currentTime } from '../../time/clock';
import { REASON_RULE, reasonFault } from '../../values/reason';
import { anchorTargets } from '../anchors/anchor.store';
import { consistencyProof, isSize } from '../formats/tree-proofs';
import { evidenceKeys, HEADS, type HeadRow, headOf, newestHead, type SignedHead } from '../head.store';
import { type RotationOrder, rotateKey } from '../rotate-key';
import { sealingStops } from '../sealing-stop.store';
import { newestTree, tilesOf, waitingLeaves } from '../tree.store';
import {
  ConsistencyArgs,
  EvidenceHeadConnection,
  EvidenceHeadListArgs,
  EvidenceHeadType,
  EvidenceHeadWhere,
  EvidenceStatusType,
} from './evidence.type';

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
    const condition = conditionOf(args.where, EvidenceHeadWhere.filter);
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

@InputType('RotateEvidenceKeyInput', { description: 'The reason for the rotation.' })
class RotateEvidenceKeyInput {
  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The time since which others may have had the private half of the current key; not in the future. The key ' +
      'then signs nothing more, and its private half is destroyed at once. Default, null: heads carry the ' +
      'signatures of both keys for 30 days.',
  })
  compromisedAt?: Date | null;
}

const RotateEvidenceKeyPayload = payloadOf('RotateEvidenceKey', {
  vkey: [() => String, 'The verifier key of the new key. Give it to all verifiers.'],
});

@Resolver()
export class EvidenceKeysResolver {
  @HasRole('SYSTEM_MANAGER')
  @Mutation(() => RotateEvidenceKeyPayload, {
    description: withExample(
      'Replaces the signing key of the log. The sealed audit entry `evidence.key_rotated` names the old and the ' +
        'new key, and bundles prove it to verifiers who have the old one. Heads carry the signatures of both for ' +
        '30 days; then the private half of the old key is destroyed. CONFLICT: it was rotated within these days and ' +
        '`compromisedAt` is not given, nothing was sealed yet, or sealing is stopped.',
      'mutation {\n  rotateEvidenceKey(input: { reason: "The yearly rotation" }) { vkey userErrors { field code message } }\n}',
    ),
  })
  rotateEvidenceKey(
    @Ctx() context: Context,
    @Arg('input', () => RotateEvidenceKeyInput, { description: 'The reason.' }) input: RotateEvidenceKeyInput,
  ) {
    return answer({ vkey: null as string | null }, async () => {
      const order = checked(input);
      const { keyring } = context.services.webhookRules;
      const vkey = await context.transaction((db) => rotateKey(db, context.viewer as Viewer, keyring, order));
      return { vkey };
    });
  }
}

/** @throws InputError */
function checked({ reason, compromisedAt = null }: RotateEvidenceKeyInput): RotationOrder {
  const faults: UserError[] = [];
  const fault = reasonFault(reason);
  if (fault !== null) faults.push(fault);
  if (compromisedAt !== null && compromisedAt > currentTime()) {
    const message = `compromisedAt must not be in the future: ${compromisedAt.toISOString()}.`;
    faults.push({ field: ['compromisedAt'], code: 'INVALID', message });
  }
  if (faults.length > 0) throw new InputError(faults);
  return { reason: reason.trim(), compromisedAt };
}
