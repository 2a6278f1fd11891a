import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { InputError } from '../../errors/errors';
import { type Context, loaderFor } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { byTime, listPage } from '../../graphql/lists/list';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { currentTime } from '../../time/clock';
import { USER } from '../../users/user.resolver';
import { UserType } from '../../users/user.type';
import { type LimitOfUser, refuseOneTooMany } from '../../users/user-limits';
import { newId } from '../../values/ids';
import { checkedId } from '../../values/refuse-argument';
import { nodeIdsOf } from '../verifying/checked-rows.store';
import { checkedScope, type Scope } from '../verifying/scope';
import type { Finding } from '../verifying/tree/findings';
import {
  countOpenRuns,
  EVIDENCE_RUNS,
  findingsOf,
  insertRun,
  type RunRow,
  runsById,
} from '../verifying/verification-run.store';
import { ROW_KIND_OF } from './evidence-filters.type';
import {
  EvidenceFindingType,
  EvidenceRunConnection,
  EvidenceRunListArgs,
  EvidenceRunType,
  EvidenceRunWhere,
  EvidenceScopeType,
  VerifyEvidenceInput,
} from './verifying.type';

const VerifyEvidencePayload = payloadOf('VerifyEvidence', {
  evidenceRun: [() => EvidenceRunType, 'The verification.'],
});

/** They run one after the other, and those of other users after them. */
const MAX_OPEN_RUNS = 5;
const OPEN_RUNS: LimitOfUser = {
  max: MAX_OPEN_RUNS,
  count: countOpenRuns,
  message: `${MAX_OPEN_RUNS} verifications of this user have not ended, which is the maximum. Wait until one has ended.`,
};
const MAX_HEADS = 20;
const MAX_HEAD_LENGTH = 20_000;

@Resolver(() => EvidenceRunType)
export class VerifyingResolver {
  @FieldResolver(() => EvidenceScopeType, { description: 'Which rows are compared.' })
  scope(@Root() { scope }: RunRow): EvidenceScopeType {
    const { from, to, ...others } = JSON.parse(scope) as Scope;
    return { ...others, from: from === null ? null : new Date(from), to: to === null ? null : new Date(to) };
  }

  @FieldResolver(() => [EvidenceFindingType], {
    description:
      'The first 1,000 findings, when the run is COMPLETED. Empty: no difference was found, or the run is not ' +
      'COMPLETED.',
  })
  async findings(@Root() { id }: RunRow, @Ctx() context: Context): Promise<EvidenceFindingType[]> {
    const stored = loaderFor(context, 'EvidenceRun.findings', (ids) => findingsOf(context.db, ids)).load(id);
    const findings = JSON.parse((await stored) ?? '[]') as Finding[];
    const nodeIds = await nodeIdsOf(context.db, findings);
    return findings.map(({ kind, rowId, ...finding }) => {
      return { ...finding, rowKind: kind && ROW_KIND_OF[kind], rowId: rowId && (nodeIds.get(rowId) ?? rowId) };
    });
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'The user who ordered the verification.' })
  orderedBy(@Root() { orderedBy }: RunRow, @Ctx() context: Context) {
    return USER.load(context, orderedBy);
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Query(() => EvidenceRunType, {
    nullable: true,
    description: withExample(
      'The verification with this id; null: there is none.',
      '{ evidenceRun(id: "evr_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status } }',
    ),
  })
  evidenceRun(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the run, `evr_...`.' }) id: string,
  ): Promise<RunRow | null> {
    return loadEvidenceRun(context, checkedId('EvidenceRun', id, ['id']));
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Query(() => EvidenceRunConnection, {
    nullable: true,
    description: withExample(
      'All verifications, newest first. The audit trail has who ordered each, and its result.',
      '{ evidenceRuns(first: 5) { nodes { id status findingCount createdAt orderedBy { name } } } }',
    ),
  })
  evidenceRuns(@Ctx() context: Context, @Args(() => EvidenceRunListArgs) args: EvidenceRunListArgs) {
    const condition = conditionOf(args.where, EvidenceRunWhere.filter);
    return listPage(context, { listing: EVIDENCE_RUNS, condition, order: byTime('EvidenceRun', args.orderBy), args });
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => VerifyEvidencePayload, {
    description: withExample(
      'Verifies the log, or with `scope` a part of its rows, as a job: computes the leaf of every row again, ' +
        'builds the whole tree again, and checks every signed head. `evidenceRun` shows the progress. The audit ' +
        'trail records the result. ' +
        `TOO_LARGE: ${MAX_OPEN_RUNS} verifications of this user have not ended.`,
      'mutation { verifyEvidence(input: { depth: CONTENT }) { evidenceRun { id status } userErrors { field code message } } }',
    ),
  })
  verifyEvidence(
    @Ctx() context: Context,
    @Arg('input', () => VerifyEvidenceInput, { description: 'What is verified, and against which heads.' })
    input: VerifyEvidenceInput,
  ) {
    return answer({ evidenceRun: null as RunRow | null }, async () => {
      const { depth, knownHeads } = input;
      refuseHeads(knownHeads);
      const scope = checkedScope(input.scope);
      const id = newId();
      const viewer = context.viewer as Viewer;
      return context.transaction(async (db) => {
        await refuseOneTooMany(db, viewer.userId, OPEN_RUNS);
        await insertRun(db, {
          id,
          depth,
          scope: JSON.stringify(scope),
          knownHeads,
          orderedBy: viewer.userId,
          createdAt: currentTime(),
        });
        const details = { depth, scope, knownHeads: knownHeads.length };
        const subject = { subjectType: 'EvidenceRun', subjectId: id };
        await recordAct(db, viewer, { action: 'evidence.verification_ordered', ...subject, details });
        return { evidenceRun: (await runsById(db, [id])).get(id) as RunRow };
      });
    });
  }
}

function refuseHeads(heads: readonly string[]): void {
  if (heads.length > MAX_HEADS) {
    const message = `knownHeads must have at most ${MAX_HEADS} heads, not ${heads.length}.`;
    throw new InputError([{ field: ['knownHeads'], code: 'TOO_LARGE', message }]);
  }
  const at = heads.findIndex((head) => head.length > MAX_HEAD_LENGTH || head.includes('\u0000'));
  if (at < 0) return;
  const message = `A head has at most ${MAX_HEAD_LENGTH} characters, and no U+0000.`;
  throw new InputError([{ field: ['knownHeads', String(at)], code: 'INVALID', message }]);
}

/** The runs that one request asks for at the same time are read by one statement. */
export async function loadEvidenceRun(context: Context, id: string | null): Promise<RunRow | null> {
  return id === null ? null : loaderFor(context, 'EvidenceRun', (ids) => runsById(context.db, ids)).load(id);
}
