// Signed heads of the tree, the keys that sign them, and what keeps heads from being signed.
import { Check, Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { oneOf } from '../sql/columns';
import { EvidenceBlockEntity } from './evidence-tree.entity';

/** A key of the log. Its private half is encrypted with ENCRYPTION_KEY. */
@Entity('evidence_keys')
@Unique('evidence_keys_vkey_key', ['vkey'])
@Check(
  'evidence_keys_destroyed_check',
  `(box is null) = (destroyed_at is not null) and (kek is null) = (box is null) and (wrapped is null) = (box is null)`,
)
export class EvidenceKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'evidence_keys_pkey' })
  id: string;

  /** The name of the log. */
  @Column('text')
  origin: string;

  @Column('text')
  vkey: string;

  /** null: the private half was destroyed. */
  @Column('text', { nullable: true })
  kek: string | null;

  @Column('bytea', { nullable: true })
  wrapped: Buffer | null;

  @Column('bytea', { nullable: true })
  box: Buffer | null;

  /** The size of the first tree that it signs; null: the first key of a log. */
  @Column('bigint', { name: 'signs_from', nullable: true })
  signsFrom: string | null;

  /** The time from which it signs nothing; null: it was not rotated. */
  @Column({ type: 'timestamptz', name: 'retires_at', precision: 3, nullable: true })
  retiresAt: Date | null;

  @Column({ type: 'timestamptz', name: 'destroyed_at', precision: 3, nullable: true })
  destroyedAt: Date | null;

  /** The time since which its signatures prove nothing; null: it is not compromised. */
  @Column({ type: 'timestamptz', name: 'compromised_at', precision: 3, nullable: true })
  compromisedAt: Date | null;

  /** After a restart: the newest known head of the log before. */
  @Column('text', { nullable: true })
  continues: string | null;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}

/** A signed head: a C2SP checkpoint. */
@Entity('evidence_heads')
@Check('evidence_heads_checkpoint_check', 'octet_length(checkpoint) <= 65536')
export class EvidenceHeadEntity {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'evidence_heads_pkey' })
  origin: string;

  @PrimaryColumn('bigint', { name: 'tree_size', primaryKeyConstraintName: 'evidence_heads_pkey' })
  treeSize: string;

  @ManyToOne(() => EvidenceBlockEntity)
  @JoinColumn({
    name: 'tree_size',
    referencedColumnName: 'treeSize',
    foreignKeyConstraintName: 'evidence_heads_tree_size_fkey',
  })
  block: EvidenceBlockEntity;

  @Column('text')
  checkpoint: string;

  @Column({ type: 'timestamptz', name: 'signed_at', precision: 3 })
  signedAt: Date;
}

export const STOP_CODES = ['UNREADABLE', 'UNWRITABLE', 'OTHER_LOG', 'NEWER', 'CONTRADICTS', 'FAILED', 'ROWS'] as const;
export type StopCode = (typeof STOP_CODES)[number];

/** Why a process seals nothing, or not all (ROWS). */
@Entity('evidence_stops')
@Check('evidence_stops_code_check', oneOf('code', STOP_CODES))
export class EvidenceStopEntity {
  /** The host and the file of the process. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'evidence_stops_pkey' })
  reporter: string;

  @Column('text')
  code: StopCode;

  @Column('text')
  message: string;

  /** The known head that contradicts the tree; null: the reason concerns only this process. */
  @Column('text', { nullable: true })
  checkpoint: string | null;

  @Column({ type: 'timestamptz', precision: 3 })
  since: Date;

  @Column({ type: 'timestamptz', name: 'seen_at', precision: 3 })
  seenAt: Date;
}
