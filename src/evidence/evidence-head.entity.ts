// Signed heads of the tree, and the keys that sign them.
import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, Unique } from 'typeorm';
import { EvidenceBlockEntity } from './evidence-tree.entity';

/** A key of the log. Its private half is encrypted with ENCRYPTION_KEY. */
@Entity('evidence_keys')
@Unique('evidence_keys_vkey_key', ['vkey'])
export class EvidenceKeyEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'evidence_keys_pkey' })
  id: string;

  /** The name of the log. */
  @Column('text')
  origin: string;

  @Column('text')
  vkey: string;

  @Column('text')
  kek: string;

  @Column('bytea')
  wrapped: Buffer;

  @Column('bytea')
  box: Buffer;

  @Column({ type: 'timestamptz', name: 'created_at', precision: 3 })
  createdAt: Date;
}

/** A signed head: a C2SP checkpoint. */
@Entity('evidence_heads')
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
