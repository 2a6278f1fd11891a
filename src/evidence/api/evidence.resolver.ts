import { Arg, Args, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { currentMs, currentTime } from '../../clock';
import { AppError, InputError, type UserError } from '../../errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { timeOfId } from '../../ids';
import type { Db } from '../../sql/db';
import { READERS, type Viewer } from '../../viewer';
import { anchorTargets } from '../anchors/anchor.store';
import { type Bundle, exportBundle } from '../bundle';
import { consistencyProof } from '../formats/tree-proofs';
import { evidenceKeys, headsBefore, newestHead, type SignedHead } from '../head.store';
import { type NamedRow, namedRows, rowsToExport } from '../rows-to-export';
import { sealingStops } from '../stop.store';
import { newestTree, tilesOf, waitingLeaves } from '../tree.store';
import { ConsistencyArgs, EvidenceHeadsArgs, ExportEvidenceInput } from './evidence.inputs';
import { EvidenceBundleType, EvidenceHeadType, EvidenceStatusType } from './evidence.type';

const ExportEvidencePayload = payloadOf('ExportEvidence', { bundle: [() => EvidenceBundleType, 'The bundle.'] });

const MAX_HEADS = 100;
const MAX_IDS = 1_000;
const MAX_EARLIER = 10;

@Resolver()
export class EvidenceResolver {
  @HasRole(...READERS)
  @Query(() => EvidenceStatusType, {
    description: withExample(
      'The state of the sealed log: its name, keys, newest head, what waits, and why nothing is sealed.',
      '{ evidenceStatus { origin keys treeSize waiting stops { code message } } }',
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
    const oldestMs = waiting.oldest === null ? null : timeOfId(waiting.oldest).getTime();
    return {
      origin: keys[0]?.origin ?? null,
      keys: keys.map((key) => key.vkey),
      treeSize: tree?.treeSize ?? 0,
      head,
      waiting: waiting.waiting,
      oldestWaitingSeconds: oldestMs === null ? null : Math.max(0, (currentMs() - oldestMs) / 1000),
      stops,
      lastAnchors,
    };
  }

  @HasRole(...READERS)
  @Query(() => [EvidenceHeadType], {
    description: withExample(
      'Signed heads of the tree, newest first. An auditor who keeps one can later demand a proof that it is a beginning ' +
        'of the tree.',
      '{ evidenceHeads(first: 1) { treeSize checkpoint signedAt } }',
    ),
  })
  evidenceHeads(@Ctx() { db }: Context, @Args(() => EvidenceHeadsArgs) { first, before }: EvidenceHeadsArgs) {
    if (first < 1 || first > MAX_HEADS) {
      throw new AppError('BAD_USER_INPUT', `first must be 1 to ${MAX_HEADS}, not ${first}.`, ['first']);
    }
    if (before != null && !isSize(before)) throw notASize('before', before);
    return headsBefore(db, before ?? null, first);
  }

  @HasRole(...READERS)
  @Query(() => [String], {
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

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => ExportEvidencePayload, {
    description: withExample(
      'Makes a bundle: the proofs of these rows, with the disclosed parts. It is checked offline with ' +
        'verify-evidence.mjs. The audit trail records it. Up to 64 MiB; above, the error is LIMIT_EXCEEDED.',
      'mutation {\n  exportEvidence(input: {\n    ids: ["req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e"]\n    disclose: [BODY, RESPONSE]\n' +
        '    reason: "Dispute with the partner about SINV-0042"\n  }) { bundle { text sha256 rows } userErrors { field code message } }\n}',
    ),
  })
  exportEvidence(
    @Ctx() context: Context,
    @Arg('input', () => ExportEvidenceInput, { description: 'The rows, and what is disclosed of them.' })
    input: ExportEvidenceInput,
  ) {
    return answer({ bundle: null as Bundle | null }, async () => {
      const named = checkedRows(input);
      return { bundle: await context.transaction((db) => exported(db, context.viewer as Viewer, named, input)) };
    });
  }
}

const isSize = (value: number) => Number.isSafeInteger(value) && value >= 1;

function notASize(field: string, value: number): AppError {
  return new AppError('BAD_USER_INPUT', `${field} must be a whole number of leaves, at least 1, not ${value}.`, [
    field,
  ]);
}

async function exported(
  db: Db,
  viewer: Viewer,
  named: readonly NamedRow[],
  { disclose, earlierSizes, reason }: ExportEvidenceInput,
): Promise<Bundle> {
  const head = await newestHead(db);
  const rows = await rowsToExport(db, named, head);
  const tree = { head: head as SignedHead, read: tilesOf(db) };
  const order = { disclose: [...new Set(disclose)], earlierSizes, reason: reason.trim() };
  return exportBundle(db, viewer, rows, tree, order);
}

/** @throws InputError for every fault of the input */
function checkedRows({ ids, earlierSizes, reason }: ExportEvidenceInput): NamedRow[] {
  const faults: UserError[] = [];
  const add = (field: string[], message: string, code: UserError['code'] = 'INVALID') =>
    faults.push({ field, code, message });
  if (ids.length < 1 || ids.length > MAX_IDS) {
    add(
      ['ids'],
      `ids must name 1 to ${MAX_IDS} rows, not ${ids.length}.`,
      ids.length > MAX_IDS ? 'TOO_LARGE' : 'REQUIRED',
    );
  }
  const named = ids.length > MAX_IDS ? [] : namedRows(ids, faults);
  if (earlierSizes.length > MAX_EARLIER) {
    add(
      ['earlierSizes'],
      `earlierSizes must name at most ${MAX_EARLIER} heads, not ${earlierSizes.length}.`,
      'TOO_LARGE',
    );
  }
  earlierSizes.forEach((size, at) => {
    if (!isSize(size))
      add(['earlierSizes', String(at)], `It must be a whole number of leaves, at least 1, not ${size}.`);
  });
  const { length } = reason.trim();
  if (length < 10 || length > 500) add(['reason'], `reason must be 10 to 500 characters, not ${length}.`);
  if (faults.length > 0) throw new InputError(faults);
  return named;
}
