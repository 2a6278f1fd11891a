import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { ANCHOR_KINDS, type AnchorKind, type TargetKind } from '../anchors/anchor.entity';

export const EvidenceAnchorKindEnum = publishEnum(
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
