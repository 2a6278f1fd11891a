import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, InputType, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter, FloatFilter } from '../../graphql/lists/filter-inputs';
import { timeArgsOf } from '../../graphql/lists/list';
import { by, whereOf } from '../../graphql/lists/where';
import { HasRole } from '../../graphql/roles/has-role';
import { ANCHOR_KINDS, type AnchorKind, type TargetKind } from '../anchors/anchor.store';
import { sizeFilter } from './evidence-filters.type';

const EvidenceAnchorKindEnum = publishEnum(
  'EvidenceAnchorKind',
  ANCHOR_KINDS,
  'The kinds of proofs that another party knew a head.',
  {
    EVENT: {
      description:
        'The event `evidence.head_signed` of the document type `Hookledger` was published to the webhooks that ' +
        'subscribe to it.',
    },
    WITNESS: { description: 'A witness (c2sp.org/tlog-witness) cosigned the head.' },
    RFC3161: { description: 'A time-stamp authority (RFC 3161) signed the head with its time.' },
    ATTACHED: { description: 'A proof that was made elsewhere, such as of OpenTimestamps (`attachEvidenceAnchor`).' },
  },
);

@HasRole(...READERS)
@ObjectType('EvidenceTarget', {
  simpleResolvers: true,
  description: 'A party to which signed heads are sent, with the result of the last try.',
})
export class EvidenceTargetType {
  @Field(() => EvidenceAnchorKindEnum, { description: 'How heads are sent.' })
  kind: TargetKind;

  @Field(() => String, { description: 'The name of the witness, the URL of the authority, or `webhooks`.' })
  by: string;

  @Field(() => Float, {
    nullable: true,
    description: 'The number of leaves of the newest head that was sent, a whole number; null: none was sent.',
  })
  anchoredSize: number | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the newest head was sent; null: none was sent.' })
  anchoredAt: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When a head was last sent, with or without success; null: never.',
  })
  triedAt: Date | null;

  @Field(() => String, {
    nullable: true,
    description: 'Why the last try failed; null: it succeeded, or there was none.',
  })
  error: string | null;
}

@HasRole(...READERS)
@ObjectType('EvidenceAnchor', {
  simpleResolvers: true,
  description: 'A proof that another party knew a signed head.',
})
export class EvidenceAnchorType {
  @Field(() => EvidenceAnchorKindEnum, { description: 'The kind of the proof.' })
  kind: AnchorKind;

  @Field(() => String, { description: 'The name of the witness, the URL of the authority, or who made the proof.' })
  by: string;

  @Field(() => String, { description: 'The name of the log, which is the first line of a checkpoint.' })
  origin: string;

  @Field(() => Float, { description: 'The number of leaves of the head, a whole number.' })
  treeSize: number;
}

export const EvidenceAnchorConnection = connectionOf('EvidenceAnchor', () => EvidenceAnchorType);

export const EvidenceAnchorWhere = whereOf(
  'EvidenceAnchorWhere',
  'anchors',
  'Proofs of heads that meet all of these conditions.',
  {
    kind: by.value(enumFilter('EvidenceAnchorKind', EvidenceAnchorKindEnum), 'The kind of the proof: { eq: WITNESS }.'),
    by: by.text('The name of the witness, the URL of the authority, or who made the proof.'),
    treeSize: by.tests(FloatFilter, sizeFilter('tree_size'), 'The number of leaves of the head: { lte: 4711 }.'),
    receivedAt: by.time('When the proof was received.', { column: 'at' }),
  },
);
export type EvidenceAnchorWhere = InstanceType<typeof EvidenceAnchorWhere>;

export const EvidenceAnchorListArgs = timeArgsOf(EvidenceAnchorWhere);
export type EvidenceAnchorListArgs = InstanceType<typeof EvidenceAnchorListArgs>;

@InputType('AttachEvidenceAnchorInput', { description: 'A proof that was made elsewhere for a signed head.' })
export class AttachEvidenceAnchorInput {
  @Field(() => Float, {
    description: 'The number of leaves of the head, as `evidenceHeads { nodes { treeSize } }` says.',
  })
  treeSize: number;

  @Field(() => String, { description: 'Who made the proof, such as "OpenTimestamps": 1 to 200 characters.' })
  by: string;

  @Field(() => String, { description: 'The proof in base64: 1 byte to 64 KiB.' })
  proof: string;
}
