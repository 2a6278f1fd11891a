import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { recordAct } from '../../audit/write-audit-entry';
import { currentTime } from '../../clock';
import { InputError } from '../../errors';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { newId, toNodeId } from '../../ids';
import { checkedId } from '../../refuse-argument';
import type { Db } from '../../sql/db';
import { type LimitOfUser, refuseOneTooMany } from '../../users/limit-of-user';
import { USER } from '../../users/user.linked-fields';
import { UserType } from '../../users/user.type';
import type { Viewer } from '../../viewer';
import { nodeIdsOf } from '../verifying/node-ids.store';
import { checkedScope } from '../verifying/requested-scope';
import type { Scope } from '../verifying/scope';
import type { Finding } from '../verifying/tree/findings';
import { countOpenRuns, insertRun, type RunRow, runsById } from '../verifying/verification-run.store';
import { ROW_KIND_OF } from './row-kind.type';
import { VerifyEvidenceInput } from './verifying.inputs';
import { type EvidenceFindingType, EvidenceRunType } from './verifying.type';

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
  @FieldResolver(() => ID, { description: '`evr_` and 32 hexadecimal digits; never changes.' })
  id(@Root() { id }: RunRow) {
    return toNodeId('EvidenceRun', id);
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
  ): Promise<ShownRun | null> {
    return loadEvidenceRun(context, checkedId('EvidenceRun', id, ['id']));
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
    return answer({ evidenceRun: null as ShownRun | null }, async () => {
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
        return { evidenceRun: await shown(db, (await runsById(db, [id])).get(id) as RunRow) };
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

type ShownRun = Omit<RunRow, 'scope' | 'findings'> & Pick<EvidenceRunType, 'scope' | 'findings'>;

/** The runs that one request asks for at the same time are read by one statement. */
export async function loadEvidenceRun(context: Context, id: string | null): Promise<ShownRun | null> {
  if (id === null) return null;
  const run = await loaderFor(context, 'EvidenceRun', (ids) => runsById(context.db, ids)).load(id);
  return run && shown(context.db, run);
}

async function shown(db: Db, run: RunRow): Promise<ShownRun> {
  const findings = JSON.parse(run.findings) as Finding[];
  const nodeIds = await nodeIdsOf(db, findings);
  return {
    ...run,
    scope: shownScope(JSON.parse(run.scope) as Scope),
    findings: findings.map(({ kind, rowId, ...finding }): EvidenceFindingType => {
      return { ...finding, rowKind: kind && ROW_KIND_OF[kind], rowId: rowId && (nodeIds.get(rowId) ?? rowId) };
    }),
  };
}

function shownScope({ from, to, ...scope }: Scope): EvidenceRunType['scope'] {
  return { ...scope, from: from === null ? null : new Date(from), to: to === null ? null : new Date(to) };
}
