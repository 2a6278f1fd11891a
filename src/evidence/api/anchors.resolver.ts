import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { READERS, type Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { InputError, type UserError } from '../../errors/errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { byTime, listPage } from '../../graphql/lists/list';
import { conditionOf } from '../../graphql/lists/where-to-sql';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { currentTime } from '../../time/clock';
import { newId } from '../../values/ids';
import { isStorable } from '../../values/text';
import {
  ANCHORS,
  type Anchor,
  anchorTargets,
  countAnchors,
  insertAnchor,
  MAX_ANCHORS,
  MAX_PROOF_BYTES,
  orderAnchors,
} from '../anchors/anchor.store';
import { headAt } from '../head.store';
import {
  AttachEvidenceAnchorInput,
  EvidenceAnchorConnection,
  EvidenceAnchorListArgs,
  EvidenceAnchorType,
  EvidenceAnchorWhere,
  EvidenceTargetType,
} from './anchors.type';

const AnchorEvidencePayload = payloadOf('AnchorEvidence', {
  targets: [() => [EvidenceTargetType], 'The parties to which the head is sent, 1 for each witness and authority.'],
});
const AttachEvidenceAnchorPayload = payloadOf('AttachEvidenceAnchor', {
  evidenceAnchor: [() => EvidenceAnchorType, 'The proof as it is stored.'],
});

@Resolver()
export class AnchorsResolver {
  @HasRole(...READERS)
  @Query(() => EvidenceAnchorConnection, {
    nullable: true,
    description: withExample(
      'The proofs that other parties knew heads of the sealed log, the newest first.',
      '{ evidenceAnchors(first: 5) { nodes { kind by treeSize receivedAt proof } } }',
    ),
  })
  evidenceAnchors(@Ctx() context: Context, @Args(() => EvidenceAnchorListArgs) args: EvidenceAnchorListArgs) {
    const condition = conditionOf(args.where, EvidenceAnchorWhere.filter);
    return listPage(context, { listing: ANCHORS, condition, order: byTime('EvidenceAnchor', args.orderBy), args });
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => AnchorEvidencePayload, {
    description: withExample(
      'Sends the newest signed head to all witnesses and to the time-stamp authority within seconds, instead of ' +
        'at the next regular time. `evidenceStatus { lastAnchors }` shows the result.',
      'mutation { anchorEvidence { targets { kind by } userErrors { field code message } } }',
    ),
  })
  anchorEvidence(@Ctx() context: Context) {
    return answer({ targets: null as EvidenceTargetType[] | null }, () =>
      context.transaction(async (db) => {
        if ((await orderAnchors(db, currentTime())) === 0) {
          const message = 'There is no witness and no authority: set EVIDENCE_POLICY_FILE or EVIDENCE_TSA_URL.';
          throw new InputError([{ field: [], code: 'INVALID', message }]);
        }
        const viewer = context.viewer as Viewer;
        const subject = { subjectType: 'EvidenceAnchor', subjectId: newId() };
        await recordAct(db, viewer, { action: 'evidence.anchor_ordered', ...subject });
        return { targets: (await anchorTargets(db)).filter(({ kind }) => kind !== 'EVENT') };
      }),
    );
  }

  @HasRole('SYSTEM_MANAGER', 'AUDITOR')
  @Mutation(() => AttachEvidenceAnchorPayload, {
    description: withExample(
      'Stores a proof for a signed head that was made elsewhere, such as a file of OpenTimestamps. Hookledger does not check it. ' +
        `CONFLICT: the head has a proof by the same party. TOO_LARGE: it has ${MAX_ANCHORS} anchors.`,
      'mutation {\n  attachEvidenceAnchor(input: { treeSize: 4711, by: "OpenTimestamps", proof: "AE9wZW5UaW1lc3RhbXBz" }) {\n' +
        '    evidenceAnchor { receivedAt } userErrors { field code message }\n  }\n}',
    ),
  })
  attachEvidenceAnchor(
    @Ctx() context: Context,
    @Arg('input', () => AttachEvidenceAnchorInput, { description: 'The proof.' }) input: AttachEvidenceAnchorInput,
  ) {
    return answer({ evidenceAnchor: null as Anchor | null }, () =>
      context.transaction(async (db) => {
        const { by, proof } = checked(input);
        const head = Number.isSafeInteger(input.treeSize) ? await headAt(db, input.treeSize) : null;
        if (!head) throw fault('treeSize', 'NOT_FOUND', `No head of ${input.treeSize} leaves was signed.`);
        const { origin, treeSize } = head;
        if ((await countAnchors(db, origin, treeSize)) >= MAX_ANCHORS) {
          const message = `The head of ${treeSize} leaves has ${MAX_ANCHORS} anchors, which is the maximum: attach the proof of a later head.`;
          throw fault('treeSize', 'TOO_LARGE', message);
        }
        const anchor: Anchor = {
          id: newId(),
          origin,
          treeSize,
          kind: 'ATTACHED',
          by,
          query: null,
          proof,
          at: currentTime(),
        };
        if (!(await insertAnchor(db, anchor))) {
          throw fault('by', 'CONFLICT', `The head of ${treeSize} leaves has a proof by ${by} already.`);
        }
        const subject = { subjectType: 'EvidenceAnchor', subjectId: anchor.id };
        const details = { treeSize, by };
        await recordAct(db, context.viewer as Viewer, { action: 'evidence.anchor_attached', ...subject, details });
        return { evidenceAnchor: anchor };
      }),
    );
  }
}

@Resolver(() => EvidenceAnchorType)
export class EvidenceAnchorResolver {
  @FieldResolver(() => GraphQLDateTime, { description: 'When the proof was received, by the clock of the database.' })
  receivedAt(@Root() { at }: Anchor) {
    return at;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'RFC3161: the query that was sent to the authority, in base64; otherwise null.',
  })
  query(@Root() { query }: Anchor) {
    return query?.toString('base64') ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'The proof as it was received, in base64: the lines of a witness, the answer of an authority, or the ' +
      'attached proof. null: EVENT.',
  })
  proof(@Root() { proof }: Anchor) {
    return proof?.toString('base64') ?? null;
  }
}

function fault(field: string, code: UserError['code'], message: string): InputError {
  return new InputError([{ field: [field], code, message }]);
}

/** @throws InputError */
function checked({ by, proof }: AttachEvidenceAnchorInput): { by: string; proof: Buffer } {
  const name = by.trim();
  if (name.length < 1 || name.length > 200 || !isStorable(name)) {
    const message = `by must be 1 to 200 characters, without NUL and halves of surrogate pairs; it has ${name.length}.`;
    throw fault('by', 'INVALID', message);
  }
  const bytes = Buffer.from(proof, 'base64');
  if (bytes.toString('base64') !== proof || bytes.length < 1) {
    throw fault('proof', 'INVALID', 'proof must be base64 of at least 1 byte.');
  }
  if (bytes.length > MAX_PROOF_BYTES) {
    throw fault(
      'proof',
      'TOO_LARGE',
      `proof is ${bytes.length} bytes; at most ${MAX_PROOF_BYTES} (64 KiB) are allowed.`,
    );
  }
  return { by: name, proof: bytes };
}
