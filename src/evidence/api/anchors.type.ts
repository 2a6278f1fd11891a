import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { ANCHOR_KINDS, type AnchorKind, type TargetKind } from '../anchors/anchor.entity';

export const EvidenceAnchorKindEnum = publishEnum(
  'EvidenceAnchorKind',
  ANCHOR_KINDS,
  'How another party knows a head.',
  {
    EVENT: {
      description: 'The event `Hookledger` / `evidence.head_signed` went to the webhooks that subscribe to it.',
    },
    WITNESS: { description: 'A witness (c2sp.org/tlog-witness) has cosigned it.' },
    RFC3161: { description: 'A time-stamp authority has signed its time.' },
    ATTACHED: { description: 'A proof that was made elsewhere, such as of OpenTimestamps (`attachEvidenceAnchor`).' },
  },
);

@HasRole(...READERS)
@ObjectType('EvidenceTarget', {
  simpleResolvers: true,
  description: 'A party that signed heads are sent to, and how the last try ended.',
})
export class EvidenceTargetType {
  @Field(() => EvidenceAnchorKindEnum, { description: 'How heads are sent.' })
  kind: TargetKind;

  @Field(() => String, { description: 'The name of the witness, the URL of the authority, or `webhooks`.' })
  by: string;

  @Field(() => Float, {
    nullable: true,
    description: 'The number of leaves of the newest head that was sent; a whole number. null: none was.',
  })
  anchoredSize: number | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it was sent; null: none was.' })
  anchoredAt: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'The last try; null: there was none.' })
  triedAt: Date | null;

  @Field(() => String, { nullable: true, description: 'Why the last try failed; null: it succeeded.' })
  error: string | null;
}

@HasRole(...READERS)
@ObjectType('EvidenceAnchor', {
  simpleResolvers: true,
  description: 'A proof that another party knew a signed head.',
})
export class EvidenceAnchorType {
  @Field(() => EvidenceAnchorKindEnum, { description: 'How it knows the head.' })
  kind: AnchorKind;

  @Field(() => String, { description: 'The name of the witness, the URL of the authority, or who made the proof.' })
  by: string;

  @Field(() => String, { description: 'The name of the log.' })
  origin: string;

  @Field(() => Float, { description: 'The number of leaves of the head; a whole number.' })
  treeSize: number;

  @Field(() => GraphQLDateTime, { description: 'When the proof came, by the clock of the database.' })
  at: Date;

  @Field(() => String, { nullable: true, description: 'RFC3161: the query, in base64; otherwise null.' })
  query: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The proof as it came, in base64: the lines of a witness, the answer of an authority, or what was attached. ' +
      'null: EVENT.',
  })
  proof: string | null;
}
